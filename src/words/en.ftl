# English. The tone is in the sentences: second person, present tense, short. What happened, what it means, what to do.
# { $project } is the platform's project name, { $number } a phone number; both arrive isolated for mixed directions.

language-name = English
language-direction = ltr
facebook-locale = en_US

# -- the setup page -------------------------------------------------------------------------------------------
title = Connect WhatsApp to { $project }
headline = Connect your WhatsApp number
lead = { $project } will send and receive WhatsApp messages for your business. You log in with Facebook; { $project } never sees your password.
question = How will you use this number?
decided = { $project } has chosen how this number will be connected.

coexistence-name = Keep the WhatsApp Business app
coexistence-term = Coexistence
coexistence-point-app = Carry on chatting in the app on your phone
coexistence-point-beside = { $project } works beside it, with the same chats
coexistence-point-speed = Up to { NUMBER($speed) } messages a second, plenty for most small businesses

dedicated-name = Use it with { $project } only
dedicated-term = Dedicated
dedicated-point-scale = Built for teams and automation
dedicated-point-speed = Up to { NUMBER($speed) } messages a second
dedicated-point-no-app = The number can no longer be used in the WhatsApp app

choose-one = Choose one of the two first.

continue-with-facebook = Continue with Facebook
last-time = Last time it stopped here:
what-comes-next = Facebook opens. You log in, choose your business and number, and come back here by yourself. It takes about five minutes.

can = { $project } will be able to:
can-messages = send and receive messages with this number
can-quality = see its name and quality
can-chats = see the chats and contacts of the WhatsApp Business app
can-chats-if = if you keep the app: see its chats and contacts
cannot = It will not be able to:
cannot-password = see your Facebook password
cannot-private = read your personal WhatsApp on other numbers
cannot-post = post on Facebook
undo = You can end this at any time

language-switcher = Language

# -- while it is being connected --------------------------------------------------------------------------------
progress-title = Connecting your number
progress-lead = A few seconds are normal. You can close this page; we carry on.
progress-waiting = WhatsApp asks us to wait before the next try. You can close this page; we carry on.
step-login = Facebook login
step-account = Business account
step-number = Phone number
step-registration = Registration
step-history = Chat history
step-done = Done
step-state-done = done
step-state-now = in progress
step-state-next = to do

# -- which number -----------------------------------------------------------------------------------------------
number-title = Which number?
number-lead = Your Facebook login brought { $count ->
    [one] { NUMBER($count) } number
   *[other] { NUMBER($count) } numbers
}. Choose the one for { $project }.
number-connected = already connected
number-taken = works with another { $project } customer
number-confirm = Connect this number
number-again = None of these? Log in with Facebook again
number-choose-one = Choose one of the numbers first.

# -- endings ----------------------------------------------------------------------------------------------------
connected-title = { $number } is connected
connected-lead = It now works with { $project }. You can close this page.

retry = Try again
return-to-platform = Back to { $project }

cancelled-title = You left Facebook before it was finished
cancelled-text = Nothing was changed. You can start again whenever you like.
no-number-title = Facebook finished without a phone number
no-number-text = Start again, and add the number you want to use when Facebook asks.
taken-title = This number already works with another { $project } customer
taken-text = Choose another number, or ask { $project }.
wrong-type-dedicated-title = This number still runs in the WhatsApp Business app
wrong-type-dedicated-text = { $project } asked for a number of its own. Start again with another number, or delete the app’s account first.
wrong-type-coexistence-title = This number is not in the WhatsApp Business app
wrong-type-coexistence-text = { $project } asked for a number that stays in the app. Start again with the number you use there.
too-late-title = Facebook’s answer came too late
too-late-text = This happens when a page sits open for long. Start again; it goes faster the second time.
limit-title = Facebook does not allow your business another WhatsApp account yet
limit-text = It usually helps to verify the business with Meta first.
pin-title = This number is protected by a PIN
pin-text = Turn off two-step verification in WhatsApp, then start again.
unverified-title = Facebook has not verified this number yet
unverified-text = Start again, and enter the code that Facebook sends to the number.
wait-title = WhatsApp has paused this number
wait-text = It was registered too often in a short time. Start again in three days; nothing is lost.
pause-title = WhatsApp asks for a longer pause
pause-text = Nothing is lost. Start again in a few hours.
blocked-title = Meta has restricted this number
blocked-text = Look at your Meta business settings to see why. When it is lifted, start again.
number-failed-title = WhatsApp did not accept this number
number-failed-text = Nothing is lost. Start again in a few minutes, or choose another number.
no-access-title = Facebook did not let us reach your number
no-access-text = Start again, and keep every permission switched on when Facebook asks.
wrong-number-title = That was another number
wrong-number-text = { $project } asked you to connect the same number as before. Start again and choose that one.
other-account-title = That was another WhatsApp Business account
other-account-text = { $project } asked you to connect the number in the same WhatsApp Business account as before. Start again and choose that account.
unexpected-number-title = { $project } expects another number
unexpected-number-text = Nothing was connected. Start again and choose the number you agreed on with { $project }.
exchange-title = Facebook’s login did not go through
exchange-text = Nothing was changed. Start again in a minute. If it stays like this, tell { $project }.
meta-down-title = WhatsApp is not answering
meta-down-text = Your number was not connected. Nothing is lost: start again in a few minutes.

expired-title = This link has expired
expired-text = Ask { $project } for a new one.
revoked-title = There is a newer link
revoked-text = { $project } sent you another one after this. Open that one.
withdrawn-title = This link is no longer valid
withdrawn-text = Ask { $project } for a new one.
used-title = This is already done
used-text = The number is connected. If something is not right, ask { $project } for a new link.
not-found-title = There is nothing at this address
not-found-text = The link may have been cut off. Open it again from the message it came in.
other-browser-title = This login was started somewhere else
other-browser-text = Nothing was connected. Open the link from your message again, and stay in the same browser until it is done.
error-title = Something went wrong on our side
error-text = Nothing is lost. Try again in a minute.
error-reference = Reference { $id }
unsaved-title = We can’t save anything right now
unsaved-text = What you have done so far is safe. Try again in a few minutes.
bad-request-title = That did not arrive as it should
bad-request-text = Go back and try again.
busy-title = This is taking longer than usual
busy-text = Nothing is lost, and what has begun goes on. This page tries again by itself in a few seconds.
crowded-title = One moment, please
crowded-text = A great many requests came from your network just now. This page tries again by itself in a moment.

# -- trust, the short questions, the receipt ----------------------------------------------------------------------
trust = What you agree to
who-returns = Afterwards you go back to { $host }.
undo-meta = At business.facebook.com: Settings › WhatsApp accounts › your account › Partners. Remove the access there.
undo-app = In the WhatsApp Business app: Settings › Account › Business Platform › Disconnect.
trap = When Facebook asks for a phone number, give your own. “Display name only” gets you a limited +1 555 number of Meta’s.

which = Not sure which one?
which-lead = Four short questions. Skip any you like; nothing is stored.
which-app = Do you use this number in the WhatsApp Business app?
which-stay = Do you want to keep chatting in the app?
which-facebook = Do you manage your business on Facebook?
which-code = Can this number get a text message or a call right now?
yes = Yes
no = No
which-ask = Recommend one
which-again = Change your answers
which-coexistence = Our advice: keep the WhatsApp Business app
which-dedicated = Our advice: use it with { $project } only
which-open = Answer one of the first two questions, and we can recommend one
recommended = Recommended
have = Have at hand:
have-facebook = your Facebook account
have-no-facebook = a Facebook account: that of whoever manages your business there, or your own. If your business is new to Facebook, it is added on the way
have-app = the phone with the WhatsApp Business app, updated to the latest version
have-code = the phone that gets the code by text message or call
have-no-code = a moment when this number can get a text message or a call: Facebook sends a code to it
have-delete = the phone with the app: delete this number’s account there first (Settings › Account › Delete account), and save the chats you want to keep

receipt = Receipt
receipt-number = Number
receipt-name = Name
receipt-platform = Connected to
receipt-time = When
receipt-reference = Reference
receipt-keep = You can print this page or save it.
meta-number = This is a limited number of Meta’s
meta-number-text = It begins with +1 555, as numbers do when “display name only” is chosen at Facebook. To connect your own number, ask { $project } for a new link.

# Behind the name of the type and a dot: "Coexistence · …"
coexistence-fits = if you chat in the app
dedicated-fits = if nobody uses the app

support-link = Help from { $project }
terms-link = Terms
privacy-link = Privacy

# -- more of what Meta refuses, and what to do about it ---------------------------------------------------------
facebook-down-title = Facebook could not finish
facebook-down-text = Nothing was changed. Start again in a few minutes.
security-check-title = Facebook wants to make sure that it is you
security-check-text = Open Facebook and do what it asks there, such as switching on two-factor authentication. Then start again.
wrong-account-title = This WhatsApp account cannot be shared with { $project }
wrong-account-text = Start again, and choose another WhatsApp account or create a new one.
wrong-business-title = This number belongs to another business
wrong-business-text = Start again, and choose the business that this number belongs to when Facebook asks.
not-in-app-title = This number is not in the WhatsApp Business app
not-in-app-text = Start again with the number you use in the app.
too-new-title = This number is too new in the WhatsApp Business app
too-new-text = WhatsApp wants to see it in use first. Carry on chatting in the app for a week or two and start again then, or choose another number.
update-app-title = Your WhatsApp Business app needs an update
update-app-text = Update the app on your phone, then start again.
region-title = WhatsApp does not offer this in your number’s country yet
region-text = The app and { $project } cannot share this number. Start again with another number, or ask { $project }.
elsewhere-title = This number is still connected to another service
elsewhere-text = Disconnect it in the WhatsApp Business app: Settings › Account › Business Platform › Disconnect. If it is not in the app, the other service has to release it. Wait 15 minutes, then start again.
other-page-title = This number is linked to another Facebook Page
other-page-text = Unlink it from that Page, or start again with the Facebook account that manages the Page.
invalid-number-title = WhatsApp cannot use this number
invalid-number-text = Start again, and check the number and its country code.
too-many-codes-title = Too many codes were asked for
too-many-codes-text = WhatsApp sends this number no more for now. Start again in twelve hours.
name-title = Facebook did not accept the name of your business
name-text = Start again, and write the name and the website as your customers know them.
in-review-title = Meta is still checking your business
in-review-text = This can take a few days. Start again when Meta tells you that it is done.
payment-title = Meta could not take a payment
payment-text = Check the payment method in your Meta business settings, then start again.
operator-title = { $project } cannot connect numbers at the moment
operator-text = You did nothing wrong: Meta wants something of { $project } first. Let them know.

# -- links that are over, and signups that stopped on the way ---------------------------------------------------
request-new-link = Ask for a new link
renewal-requested = We have told { $project } that you need a new link. You can close this page.
how-far = How far it came
step-state-stopped = stopped here

# -- other devices, other browsers, other people ------------------------------------------------------------------
# { $app } is the name of an app such as Instagram.
in-app-named = You are in the browser inside { $app }
in-app-unnamed = You are in the browser inside another app
in-app-unsupported = Facebook’s login does not work in here. Open this page in your usual browser; the link stays valid.
in-app-doubtful = If Facebook’s login does not open in here, open this page in your usual browser.
open-in-browser = Open in browser
link-label = Link to this page
copy-link = Copy link
copied = Copied
share = Share

devices-title = The right device
devices-coexistence-computer = To keep the app: have the phone with the WhatsApp Business app in your hand. Facebook shows a code on this screen, and you confirm it in the app.
devices-coexistence-phone = To keep the app, you need two screens: Facebook shows a code on one, and you confirm it in the WhatsApp Business app on the other. If the app is on this phone, go on from a computer.
devices-dedicated = To use the number with { $project } only: any device will do.
devices-elsewhere = Continue on another device
devices-colleague = Somebody else has the Facebook login?

device-title = Continue on another device
device-lead = Scan the code with the camera of the other device, or open the link there. This page shows how far you are.
device-code = QR code that opens this page on another device
device-progress = On the other device
device-opened = Page opened
device-facebook = Logging in with Facebook
device-connected = Number connected
device-look = Show how far it is
device-here = Go on here instead
colleague-title = Somebody else has the Facebook login?
colleague-lead = Send them this message. All they need is the link and their Facebook login.
colleague-label = Message
colleague-subject = Connect our WhatsApp number to { $project }
colleague-text = Hello, we would like to use our WhatsApp number with { $project }. Could you open this link, log in with Facebook and choose the number? It takes about five minutes.
colleague-copy = Copy message
colleague-mail = Send by e-mail
colleague-whatsapp = Send with WhatsApp

popup-open = Facebook has opened in a window of its own. Go on there; this page follows by itself.
popup-here = No window? Continue here instead

# -- a number of their own ----------------------------------------------------------------------------------------
provision-start-title = A new number for your business
provision-start-text = { $project } sets up a phone number for you. You then connect it to WhatsApp with your Facebook login.
provision-country = Country
provision-choose = Choose a country
provision-button = Set up my number
provision-buying-title = Setting up your number
provision-buying-text = A few seconds are normal. You can close this page; the number is kept for you.
provision-slow-title = Setting up your number
provision-slow-text = It is taking longer than usual. You can close this page and open the link again later; the number is kept for you.
provision-unsure-title = Setting up your number
provision-unsure-text = It is taking longer than usual: { $project } has to look into something first. You can close this page and open the link again later.
provision-ready-title = Your new number
provision-ready-text = It is yours to connect now. Keep this page open: the verification code arrives here.
provision-how-open = Continue with Facebook below. It opens in another tab.
provision-how-enter = When Facebook asks for a phone number, choose to add one and enter this number.
provision-how-sms = Ask for the code by text message (SMS).
provision-how-call = Ask for the code by phone call. We answer it and write the code down here.
provision-how-code = Come back to this tab for the code, and enter it at Facebook.
provision-copy-number = Copy number
provision-copy-code = Copy code
provision-copied = Copied
provision-code = Verification code
provision-code-idle = The code will appear here once Facebook has sent it.
provision-code-waiting = Waiting for the code…
provision-code-call = No code after two minutes? Ask Facebook for a phone call instead: we answer it and write the code down here.
provision-code-lasts = Enter it at Facebook within ten minutes.
provision-recording = A call came in, and we could not make out the code. Listen to it here.
provision-verifying-title = Verifying your number
provision-verifying-text = WhatsApp sends a code to your new number, and it is entered for you. Usually that takes less than a minute. You can close this page; the number is kept for you.
provision-calling-title = Verifying your number
provision-calling-text = WhatsApp calls your new number with a code. The call is answered and the code entered for you. That can take a few minutes. You can close this page; the number is kept for you.
provision-verified-title = Your new number
provision-verified-text = It is verified with WhatsApp already. You need no code.
provision-verified-open = Continue with Facebook below.
provision-verified-choose = When Facebook asks for a phone number, choose this one. It is marked as verified.
provision-verified-finish = Follow the steps at Facebook to the end. You come back by yourself.
provision-connecting-title = Connecting your number
provision-connecting-text = Facebook has finished in the other tab. It goes on there.
provision-connected-title = { $number } is connected
provision-connected-text = It now works with { $project }. You can close this tab.
provision-other-title = You connected another number
provision-other-text = That is fine: it works with { $project } now. The number that was set up here is given back. You can close this tab.
provision-area-title = No number with this area code is free
provision-area-text = Take one with another area code, or try again later.
provision-any-area = Take another area code
provision-none-title = No number is free in this country right now
provision-none-text = Try again later, or ask { $project }.
provision-later-title = The phone company is not answering
provision-later-text = No number was set up. Try again in a few minutes.
provision-limit-title = No more numbers can be set up right now
provision-limit-text = Try again tomorrow, or ask { $project }.
provision-closed-title = A number cannot be set up right now
provision-closed-text = { $project } has to look into this. Ask there, and try again afterwards.
