//! The device and the browser that a page is looked at with, as far as the user agent tells.
//!
//! Setup links are sent in chats, and many apps open them in a browser of their own. Facebook's login does not support
//! Android's `WebView` since October 2021 (Meta's documentation); of the browsers inside iOS apps nothing is known. What is
//! read here only adds a notice or leaves out a pop-up: nobody is kept from trying.

/// What is known of the device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// The app whose own browser this is.
    pub app: Option<InApp>,
    /// Whether it runs Android.
    pub is_android: bool,
    /// Whether it is a phone or a tablet.
    pub is_handheld: bool,
}

/// Whose own browser it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InApp {
    /// An app that says its name.
    Named(&'static str),
    /// Some app.
    Other,
}

/// What becomes of Facebook's login in a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginHere {
    /// It works.
    Works,
    /// Nobody promises that it does.
    Doubtful,
    /// Meta does not support it.
    Unsupported,
}

/// What the browsers inside apps call themselves. The first that is found counts: Messenger and Instagram carry Facebook's
/// marks too.
const APPS: &[(&str, &[&str])] = &[
    ("Messenger", &["Orca-Android", "FBAN/Messenger", "MessengerForiOS"]),
    ("Instagram", &["Instagram "]),
    ("Facebook", &["FBAN/", "FBAV/", "FB_IAB/"]),
    ("LinkedIn", &["LinkedInApp"]),
    ("TikTok", &["BytedanceWebview", "musical_ly", "trill_", "TikTok"]),
    ("WhatsApp", &["WhatsApp/"]),
    ("Gmail", &["Gmail"]),
    ("Google", &["GSA/"]),
    ("LINE", &[" Line/"]),
    ("Snapchat", &["Snapchat"]),
    ("Telegram", &["Telegram"]),
    ("WeChat", &["MicroMessenger"]),
];

impl Device {
    /// Reads a `User-Agent`.
    #[must_use]
    pub fn of(user_agent: &str) -> Self {
        let has = |mark: &&str| user_agent.contains(*mark);
        let is_android = has(&"Android");
        let is_apple = ["iPhone", "iPad", "iPod"].iter().any(has);
        let named = APPS.iter().find(|(_, marks)| marks.iter().any(has)).map(|(name, _)| InApp::Named(name));
        // Android says so itself; on iOS whatever is a browser of its own ends with Safari's name.
        let is_web_view = (is_android && (has(&"; wv)") || has(&"Version/4.0 Chrome/")))
            || (is_apple && has(&"AppleWebKit/") && !has(&"Safari/"));
        Self {
            app: named.or(is_web_view.then_some(InApp::Other)),
            is_android,
            is_handheld: is_android || is_apple || has(&"Mobi") || has(&"Tablet") || has(&"Silk/"),
        }
    }

    /// What becomes of Facebook's login here.
    #[must_use]
    pub fn login(self) -> LoginHere {
        match self.app {
            None => LoginHere::Works,
            Some(_) if self.is_android => LoginHere::Unsupported,
            Some(_) => LoginHere::Doubtful,
        }
    }
}

/// The address by which Android hands a page to the browser of the person's choice; `None` for what is no web address.
#[must_use]
pub fn android_intent(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"))?;
    let rest = rest.split('#').next()?;
    Some(format!(
        "intent://{rest}#Intent;scheme={scheme};action=android.intent.action.VIEW;category=android.intent.category.BROWSABLE;end"
    ))
}

#[cfg(test)]
mod tests {
    use super::{InApp::*, LoginHere::*, *};

    const ANDROID: &str = "Mozilla/5.0 (Linux; Android 14; Pixel 7";
    const IPHONE: &str =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";

    #[test]
    fn the_browsers_inside_apps_are_known() {
        let wv = |tail: &str| {
            format!(
                "{ANDROID}; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36{tail}"
            )
        };
        let ios = |tail: &str| format!("{IPHONE} Mobile/15E148{tail}");
        for (user_agent, app) in [
            (wv(" [FB_IAB/FB4A;FBAV/490.0.0.50.81;]"), Named("Facebook")),
            (wv(" [FB_IAB/Orca-Android;FBAV/480.0.0.30.109;]"), Named("Messenger")),
            (wv(" Instagram 355.0.0.42.103 Android (34/14; 420dpi; 1080x2400; Google; Pixel 7)"), Named("Instagram")),
            (wv(" [LinkedInApp]"), Named("LinkedIn")),
            (wv(" trill_370402 JsSdk/1.0 NetType/WIFI Channel/googleplay BytedanceWebview/d8a21c6"), Named("TikTok")),
            (wv(" WhatsApp/2.24.20.89 A"), Named("WhatsApp")),
            (wv(""), Other),
            (
                format!(
                    "{ANDROID}) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/74.0.3729.157 Mobile Safari/537.36"
                ),
                Other,
            ),
        ] {
            let device = Device::of(&user_agent);
            assert_eq!((device.app, device.login()), (Some(app), Unsupported), "{user_agent}");
            assert!(device.is_android && device.is_handheld);
        }
        for (user_agent, app) in [
            (ios(" [FBAN/FBIOS;FBAV/490.0.0.49.110;FBDV/iPhone15,2;FBSV/17.5]"), Named("Facebook")),
            (ios(" [FBAN/MessengerForiOS;FBAV/480.0.0.28.109]"), Named("Messenger")),
            (ios(" Instagram 355.0.3.24.107 (iPhone15,2; iOS 17_5; en_US)"), Named("Instagram")),
            (ios(" [LinkedInApp]/9.30.1122"), Named("LinkedIn")),
            (ios(" musical_ly_37.4.0 JsSdk/2.0 BytedanceWebview/d8a21c6"), Named("TikTok")),
            (ios(" WhatsApp/2.24.20.78 i"), Named("WhatsApp")),
            (ios(" Gmail/6.0.241013"), Named("Gmail")),
            (ios(" GSA/340.3.689937600 Safari/604.1"), Named("Google")),
            (ios(""), Other),
        ] {
            let device = Device::of(&user_agent);
            assert_eq!((device.app, device.login()), (Some(app), Doubtful), "{user_agent}");
            assert!(!device.is_android && device.is_handheld);
        }
    }

    #[test]
    fn a_browser_of_its_own_is_none_inside_an_app() {
        let desktop = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36";
        for (user_agent, is_handheld) in [
            (format!("{ANDROID}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36"), true),
            (format!("{ANDROID}) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36"), true),
            ("Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0".to_owned(), true),
            (format!("{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1"), true),
            (format!("{IPHONE} CriOS/130.0.6723.90 Mobile/15E148 Safari/604.1"), true),
            (format!("{IPHONE} FxiOS/131.0 Mobile/15E148 Safari/605.1.15"), true),
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {desktop}"), false),
            (format!("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {desktop} Edg/130.0.0.0"), false),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15".to_owned(), false),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0".to_owned(), false),
            (String::new(), false),
        ] {
            let device = Device::of(&user_agent);
            assert_eq!((device.app, device.login(), device.is_handheld), (None, Works, is_handheld), "{user_agent}");
        }
    }

    #[test]
    fn android_takes_an_address_to_the_browser() {
        assert_eq!(
            android_intent("https://c.example/whatsapp/setup/abc?lang=es#_=_").as_deref(),
            Some(
                "intent://c.example/whatsapp/setup/abc?lang=es#Intent;scheme=https;action=android.intent.action.VIEW;category=android.intent.category.BROWSABLE;end"
            )
        );
        assert_eq!(android_intent("mailto:a@b.example"), None);
    }
}
