# syntax=docker/dockerfile:1
#
# The program in an image of its own, without a shell, a package manager or root. It writes to /var/lib/setuplinks and nowhere
# else, so the root file system may be read-only. Settings and secrets come from outside: docs/deploy.md.
#
#   docker build -t setuplinks .

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock build.rs LICENSE LICENSES.txt ./
COPY src src
COPY templates templates
COPY static static
COPY migrations migrations
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin setuplinks \
    && install -D -m 0755 target/release/setuplinks /out/bin/setuplinks \
    && install -d -m 0700 /out/lib/setuplinks

# The C library that it was built with, the certificates of public authorities, and little else.
FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="setuplinks" \
    org.opencontainers.image.description="Hosted onboarding for WhatsApp Business numbers" \
    org.opencontainers.image.source="https://github.com/setuplinks/setuplinks" \
    org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/bin/ /usr/local/bin/
COPY --from=build --chown=65532:65532 /out/lib/ /var/lib/
USER 65532:65532
WORKDIR /var/lib/setuplinks
VOLUME /var/lib/setuplinks
# 9090 is for the health check alone. Whoever collects /metrics sets ADMIN_ADDR=0.0.0.0:9090 and keeps the port to themselves.
ENV LISTEN_ADDR=0.0.0.0:8080 \
    ADMIN_ADDR=127.0.0.1:9090 \
    DATABASE_URL=sqlite:///var/lib/setuplinks/setuplinks.db \
    LOG_FORMAT=json
EXPOSE 8080
# It ends within 30 seconds of this: give it 40 (docker stop -t 40).
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=10s --start-period=30s --retries=3 CMD ["/usr/local/bin/setuplinks", "health"]
ENTRYPOINT ["/usr/local/bin/setuplinks"]
CMD ["serve"]
