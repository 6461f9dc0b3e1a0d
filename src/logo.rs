//! A platform's logo: fetched by us, looked at with suspicion, and written anew. What customers' browsers get is a small
//! PNG of ours and nothing that somebody else made, and no page of ours ever asks another host for it.

use std::{io::Cursor, time::Duration};

use image::{DynamicImage, ImageFormat, ImageReader, Limits, imageops::FilterType};

use crate::{
    app::App,
    clock::Timestamp,
    error::{Error, Result},
    id::ProjectId,
    link::branding::Logo,
    seal::{digest, hex},
    store::logos,
};

/// The most that is fetched.
const LARGEST: usize = 512 * 1024;
/// The longest side that is read, and the shortest.
const SIDES: std::ops::RangeInclusive<u32> = 16..=2048;
/// The most memory that reading one may take: four times its pixels.
const MEMORY: u64 = 64 * 1024 * 1024;
/// The place on the page, in CSS pixels.
const PLACE: (u32, u32) = (120, 40);
/// Pixels for one of CSS: sharp on the screens that phones have.
const SCALE: u32 = 3;
/// How long the copy stands in for the address that it came from.
const FRESH: Duration = Duration::from_secs(24 * 60 * 60);

/// The logo at that address: our copy of it when there is one of the last day, else fetched, checked and kept.
///
/// # Errors
/// The inner one says what is allowed, in words for the platform.
pub async fn keep(app: &App, project: ProjectId, url: &str) -> Result<Result<Logo, String>> {
    let now = app.clock.now();
    let since = Timestamp(now.0.saturating_sub(i64::try_from(FRESH.as_millis()).unwrap_or(i64::MAX)));
    if let Some(known) = logos::recent(app.store.acquire().await?.db(), project, url, since).await? {
        return Ok(Ok(known));
    }
    let bytes = match app.guard.get(url, LARGEST).await {
        Ok(bytes) => bytes,
        Err(trouble) => return Ok(Err(format!("could not be fetched: {trouble}"))),
    };
    let redrawn = tokio::task::spawn_blocking(move || redraw(&bytes)).await;
    let (png, width, height) = match redrawn.map_err(|e| Error::Internal(format!("a logo: {e}")))? {
        Ok(redrawn) => redrawn,
        Err(allowed) => return Ok(Err(allowed)),
    };
    let logo = Logo { digest: hex(digest(&png)), width, height };
    logos::keep(app.store.acquire().await?.db(), project, (&logo, url), &png, now).await?;
    Ok(Ok(logo))
}

/// A picture as a PNG that fits its place, and its size there.
fn redraw(bytes: &[u8]) -> Result<(Vec<u8>, u32, u32), String> {
    let (least, most) = (*SIDES.start(), *SIDES.end());
    let allowed =
        || format!("must lead to a PNG, JPEG or WebP picture of {least} to {most} pixels a side and at most 512 KiB");
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| allowed())?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) {
        return Err(allowed());
    }
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height, limits.max_alloc) = (Some(most), Some(most), Some(MEMORY));
    reader.limits(limits);
    let picture = reader.decode().map_err(|_| allowed())?;
    if picture.width() < least || picture.height() < least {
        return Err(allowed());
    }
    let picture = fit(picture);
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).map_err(|_| allowed())?;
    // A picture smaller than its place keeps its size and is not blown up.
    let size = |pixels: u32| pixels.div_ceil(SCALE).max(1);
    Ok((png.into_inner(), size(picture.width()), size(picture.height())))
}

/// The picture with every pixel's own colours and no more of them than its place can show.
fn fit(picture: DynamicImage) -> DynamicImage {
    let (width, height) = (PLACE.0 * SCALE, PLACE.1 * SCALE);
    let picture = DynamicImage::ImageRgba8(picture.into_rgba8());
    if picture.width() <= width && picture.height() <= height {
        return picture;
    }
    picture.resize(width, height, FilterType::Lanczos3)
}

#[cfg(test)]
mod tests {
    use image::RgbaImage;

    use super::*;

    fn written(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let picture = DynamicImage::ImageRgba8(RgbaImage::from_pixel(width, height, [9, 99, 200, 255].into()));
        let mut bytes = Cursor::new(Vec::new());
        let picture = if format == ImageFormat::Jpeg { DynamicImage::ImageRgb8(picture.into_rgb8()) } else { picture };
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_picture_becomes_a_png_that_fits_its_place() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let (png, width, height) = redraw(&written(2000, 500, format)).unwrap();
            assert!(png.starts_with(b"\x89PNG\r\n"), "{format:?}");
            assert_eq!((width, height), (120, 30), "{format:?}");
        }
        let (_, width, height) = redraw(&written(500, 2000, ImageFormat::Png)).unwrap();
        assert_eq!((width, height), (10, 40));
        let (_, width, height) = redraw(&written(48, 48, ImageFormat::Png)).unwrap();
        assert_eq!((width, height), (16, 16));
    }

    #[test]
    fn what_was_hidden_in_a_picture_does_not_come_through() {
        let mut bytes = written(64, 64, ImageFormat::Png);
        bytes.extend(b"<script>alert(1)</script>");
        let (png, ..) = redraw(&bytes).unwrap();
        assert!(!png.windows(7).any(|seen| seen == b"<script"));
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_refused() {
        let cut = &written(64, 64, ImageFormat::Png)[..40];
        let mut bomb = written(64, 64, ImageFormat::Png);
        // The header says 65,535 pixels a side.
        bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        for refused in [
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".as_slice(),
            b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
            b"",
            cut,
            &bomb,
            &written(2049, 16, ImageFormat::Png),
            &written(15, 64, ImageFormat::Png),
        ] {
            let said = redraw(refused).unwrap_err();
            assert!(said.contains("PNG, JPEG or WebP"), "{said}");
        }
    }
}
