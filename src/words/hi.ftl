# Hindi. Respectful आप, everyday Hindustani; sentences keep clear of the gender of the reader and of { $project }. Glossary: WhatsApp, Facebook, Meta, WhatsApp Business ऐप (names in Latin script), connect = कनेक्ट, business = बिज़नेस, permission = अनुमति, verify = वेरिफ़ाई, two-step verification = टू-स्टेप वेरिफ़िकेशन, PIN = पिन, log in = लॉग इन, link = लिंक, customer = ग्राहक, settings = सेटिंग्स, start again = दोबारा शुरू करें, try again = फिर से कोशिश करें.

language-name = हिन्दी
language-direction = ltr
facebook-locale = hi_IN

# -- the setup page -------------------------------------------------------------------------------------------
title = WhatsApp को { $project } से कनेक्ट करें
headline = अपना WhatsApp नंबर कनेक्ट करें
lead = आपके बिज़नेस के WhatsApp मैसेज { $project } के ज़रिए आएँगे और जाएँगे। लॉग इन Facebook से होता है; आपका पासवर्ड { $project } को कभी नहीं दिखता।
question = आपको यह नंबर कैसे इस्तेमाल करना है?
decided = यह नंबर कैसे कनेक्ट होगा, यह { $project } ने पहले से तय किया है।

coexistence-name = WhatsApp Business ऐप चालू रखें
coexistence-term = कोएग्ज़िस्टेंस
coexistence-point-app = आपके फ़ोन पर, ऐप में चैट पहले की तरह चलती रहेगी
coexistence-point-beside = वही चैट ऐप के साथ-साथ { $project } में भी
coexistence-point-speed = हर सेकंड { NUMBER($speed) } मैसेज तक, ज़्यादातर छोटे बिज़नेस के लिए काफ़ी

dedicated-name = सिर्फ़ { $project } के साथ इस्तेमाल करें
dedicated-term = डेडिकेटेड
dedicated-point-scale = टीम और ऑटोमेशन के लिए बनाया गया
dedicated-point-speed = हर सेकंड { NUMBER($speed) } मैसेज तक
dedicated-point-no-app = इसके बाद यह नंबर WhatsApp ऐप में नहीं चलेगा

choose-one = पहले दोनों में से एक चुनें।

continue-with-facebook = Facebook से जारी रखें
last-time = पिछली बार काम यहाँ रुक गया था:
what-comes-next = Facebook खुलेगा। वहाँ लॉग इन करें, अपना बिज़नेस और नंबर चुनें, फिर यह पेज अपने-आप वापस आ जाएगा। इसमें करीब पाँच मिनट लगते हैं।

can = { $project } को इनकी अनुमति होगी:
can-messages = इस नंबर से मैसेज भेजना और पाना
can-quality = नंबर का नाम और क्वालिटी देखना
can-chats = WhatsApp Business ऐप की चैट और कॉन्टैक्ट देखना
can-chats-if = ऐप साथ रखने पर: उसकी चैट और कॉन्टैक्ट देखना
cannot = इनकी अनुमति नहीं होगी:
cannot-password = आपका Facebook पासवर्ड देखना
cannot-private = दूसरे नंबरों पर आपके निजी WhatsApp मैसेज पढ़ना
cannot-post = Facebook पर पोस्ट करना
undo = इसे कभी भी बंद किया जा सकता है

language-switcher = भाषा

# -- while it is being connected --------------------------------------------------------------------------------
progress-title = आपका नंबर कनेक्ट हो रहा है
progress-lead = इसमें कुछ सेकंड लगते हैं। चाहें तो यह पेज बंद कर दें, काम चलता रहेगा।
progress-waiting = WhatsApp ने अगली कोशिश से पहले थोड़ा रुकने को कहा है। चाहें तो यह पेज बंद कर दें, काम चलता रहेगा।
step-login = Facebook लॉग इन
step-account = बिज़नेस अकाउंट
step-number = फ़ोन नंबर
step-registration = रजिस्ट्रेशन
step-history = चैट हिस्ट्री
step-done = काम पूरा
step-state-done = हो गया
step-state-now = चल रहा है
step-state-next = बाकी है

# -- which number -----------------------------------------------------------------------------------------------
number-title = कौन सा नंबर?
number-lead = आपके Facebook लॉग इन से { $count ->
    [one] { NUMBER($count) } नंबर मिला
   *[other] { NUMBER($count) } नंबर मिले
}। इनमें से { $project } के लिए नंबर चुनें।
number-connected = पहले से कनेक्ट है
number-taken = { $project } के किसी दूसरे ग्राहक से जुड़ा है
number-confirm = यह नंबर कनेक्ट करें
number-again = इनमें से कोई नहीं? Facebook से फिर लॉग इन करें
number-choose-one = पहले कोई एक नंबर चुनें।

# -- endings ----------------------------------------------------------------------------------------------------
connected-title = { $number } कनेक्ट हो गया
connected-lead = अब यह नंबर { $project } के साथ काम करता है। चाहें तो यह पेज बंद कर दें।

retry = फिर से कोशिश करें
return-to-platform = { $project } पर वापस जाएँ

cancelled-title = Facebook पर काम बीच में ही रुक गया
cancelled-text = कुछ नहीं बदला है। जब चाहें, दोबारा शुरू करें।
no-number-title = Facebook पर काम पूरा हुआ, पर फ़ोन नंबर नहीं मिला
no-number-text = दोबारा शुरू करें, और Facebook के पूछने पर वह नंबर जोड़ें जिसे इस्तेमाल करना है।
taken-title = यह नंबर पहले से { $project } के किसी दूसरे ग्राहक से जुड़ा है
taken-text = कोई दूसरा नंबर चुनें, या { $project } से पूछें।
wrong-type-dedicated-title = यह नंबर अब भी WhatsApp Business ऐप में चल रहा है
wrong-type-dedicated-text = { $project } को ऐसा नंबर चाहिए जो ऐप में न चलता हो। किसी दूसरे नंबर से दोबारा शुरू करें, या पहले ऐप से इसका अकाउंट डिलीट करें।
wrong-type-coexistence-title = यह नंबर WhatsApp Business ऐप में नहीं है
wrong-type-coexistence-text = { $project } को ऐसा नंबर चाहिए जो ऐप में भी चलता रहे। ऐप वाले नंबर से दोबारा शुरू करें।
too-late-title = Facebook का जवाब देर से आया
too-late-text = पेज बहुत देर तक खुला रहे तो ऐसा हो जाता है। दोबारा शुरू करें, दूसरी बार में जल्दी होता है।
limit-title = Facebook अभी आपके बिज़नेस को एक और WhatsApp अकाउंट की अनुमति नहीं दे रहा है
limit-text = पहले Meta से बिज़नेस वेरिफ़ाई करवा लें, अक्सर इससे बात बन जाती है।
pin-title = इस नंबर पर पिन लगा है
pin-text = WhatsApp में टू-स्टेप वेरिफ़िकेशन बंद करें, फिर दोबारा शुरू करें।
unverified-title = Facebook ने अभी इस नंबर को वेरिफ़ाई नहीं किया है
unverified-text = दोबारा शुरू करें, और Facebook इस नंबर पर जो कोड भेजे, उसे डालें।
wait-title = WhatsApp ने इस नंबर को कुछ समय के लिए रोक दिया है
wait-text = यह थोड़े ही समय में बहुत बार रजिस्टर हुआ। तीन दिन बाद दोबारा शुरू करें; सब कुछ सुरक्षित रहेगा।
pause-title = WhatsApp थोड़ा और इंतज़ार करने को कह रहा है
pause-text = कुछ भी खोया नहीं है। कुछ घंटों बाद दोबारा शुरू करें।
blocked-title = Meta ने इस नंबर पर रोक लगा दी है
blocked-text = इसकी वजह अपनी Meta बिज़नेस सेटिंग्स में देखें। रोक हटने पर दोबारा शुरू करें।
number-failed-title = WhatsApp ने यह नंबर स्वीकार नहीं किया
number-failed-text = सब कुछ सुरक्षित है। कुछ मिनट बाद दोबारा शुरू करें, या कोई दूसरा नंबर चुनें।
no-access-title = Facebook ने हमें आपके नंबर तक पहुँचने नहीं दिया
no-access-text = दोबारा शुरू करें, और Facebook के पूछने पर सभी अनुमतियाँ चालू रखें।
wrong-number-title = यह कोई दूसरा नंबर था
wrong-number-text = { $project } को पहले वाला ही नंबर चाहिए। दोबारा शुरू करें और वही नंबर चुनें।
other-account-title = यह कोई दूसरा WhatsApp Business अकाउंट था
other-account-text = { $project } को नंबर पहले वाले WhatsApp Business अकाउंट में ही चाहिए। दोबारा शुरू करें और वही अकाउंट चुनें।
unexpected-number-title = { $project } को दूसरा नंबर चाहिए
unexpected-number-text = कोई नंबर कनेक्ट नहीं हुआ है। दोबारा शुरू करें और वही नंबर चुनें जो आपने { $project } को बताया था।
exchange-title = Facebook लॉग इन पूरा नहीं हुआ
exchange-text = कुछ नहीं बदला है। एक मिनट बाद दोबारा शुरू करें। फिर भी ऐसा ही हो, तो { $project } को बताएँ।
meta-down-title = WhatsApp से जवाब नहीं मिल रहा है
meta-down-text = आपका नंबर कनेक्ट नहीं हुआ, पर सब कुछ सुरक्षित है। कुछ मिनट बाद दोबारा शुरू करें।

expired-title = यह लिंक एक्सपायर हो गया है
expired-text = { $project } से नया लिंक माँगें।
revoked-title = इससे नया लिंक आ चुका है
revoked-text = { $project } ने इसके बाद आपको एक और लिंक भेजा है। वही लिंक खोलें।
withdrawn-title = यह लिंक अब मान्य नहीं है
withdrawn-text = { $project } से नया लिंक माँगें।
used-title = यह काम पहले ही हो चुका है
used-text = नंबर कनेक्ट है। कुछ ठीक न लगे, तो { $project } से नया लिंक माँगें।
not-found-title = इस पते पर कुछ नहीं है
not-found-text = हो सकता है कि लिंक अधूरा रह गया हो। जिस मैसेज में यह आया था, उसी से दोबारा खोलें।
other-browser-title = यह लॉग इन कहीं और से शुरू हुआ था
other-browser-text = कुछ भी कनेक्ट नहीं हुआ। अपने मैसेज से लिंक दोबारा खोलें, और काम पूरा होने तक उसी ब्राउज़र में रहें।
error-title = हमारी तरफ़ से कुछ गड़बड़ हो गई
error-text = सब कुछ सुरक्षित है। एक मिनट बाद फिर से कोशिश करें।
error-reference = रेफ़रेंस { $id }
unsaved-title = अभी हम कुछ भी सेव नहीं कर पा रहे हैं
unsaved-text = आपने अब तक जो किया है, वह सुरक्षित है। कुछ मिनट बाद फिर से कोशिश करें।
bad-request-title = रिक्वेस्ट ठीक से नहीं पहुँची
bad-request-text = वापस जाएँ और फिर से कोशिश करें।
busy-title = इसमें सामान्य से ज़्यादा समय लग रहा है
busy-text = सब कुछ सुरक्षित है और जो शुरू हो चुका है, वह चलता रहेगा। यह पेज कुछ सेकंड में अपने आप फिर से कोशिश करेगा।
crowded-title = कृपया थोड़ा इंतज़ार करें
crowded-text = अभी-अभी आपके नेटवर्क से बहुत ज़्यादा रिक्वेस्ट आई हैं। यह पेज थोड़ी देर में अपने आप फिर से कोशिश करेगा।

# -- trust, the short questions, the receipt ----------------------------------------------------------------------
trust = किन बातों की अनुमति दी जा रही है
who-returns = इसके बाद यह पेज आपको { $host } पर वापस ले जाएगा।
undo-meta = business.facebook.com पर: सेटिंग › WhatsApp अकाउंट › आपका अकाउंट › पार्टनर। वहाँ से अनुमति हटाएँ।
undo-app = WhatsApp Business ऐप में: सेटिंग › अकाउंट › बिज़नेस प्लेटफ़ॉर्म › डिस्कनेक्ट करें।
trap = जब Facebook फ़ोन नंबर माँगे, तो अपना नंबर दें। सिर्फ़ डिस्प्ले नेम चुनने पर Meta अपना एक सीमित +1 555 नंबर दे देता है।

which = समझ नहीं आ रहा कि कौन सा चुनें?
which-lead = चार छोटे सवाल हैं। जो चाहें छोड़ दें; हम कुछ भी सेव नहीं करते।
which-app = क्या यह नंबर WhatsApp Business ऐप में चल रहा है?
which-stay = क्या आपको ऐप में चैट जारी रखनी है?
which-facebook = क्या Facebook पर आपका बिज़नेस आप ही मैनेज करते हैं?
which-code = क्या इस नंबर पर अभी SMS या कॉल आ सकता है?
yes = हाँ
no = नहीं
which-ask = सुझाव दें
which-again = जवाब बदलें
which-coexistence = आपके लिए सही है: WhatsApp Business ऐप चालू रखें
which-dedicated = आपके लिए सही है: सिर्फ़ { $project } के साथ इस्तेमाल करें
which-open = पहले दो में से किसी एक सवाल का जवाब दें, फिर हम सुझाव दे पाएँगे
recommended = हमारा सुझाव
have = ये चीज़ें पास रखें:
have-facebook = आपका Facebook लॉग इन
have-no-facebook = Facebook लॉग इन: वहाँ आपका बिज़नेस मैनेज करने वाले का, या आपका अपना। बिज़नेस अभी Facebook पर न हो, तो वह इसी दौरान जुड़ जाएगा
have-app = वह फ़ोन जिस पर WhatsApp Business ऐप है, और ऐप अपडेट हो
have-code = वह फ़ोन जिस पर SMS या कॉल से कोड आएगा
have-no-code = ऐसा समय जब इस नंबर पर SMS या कॉल आ सके: Facebook इस पर एक कोड भेजता है
have-delete = ऐप वाला फ़ोन: पहले उसमें इस नंबर का अकाउंट डिलीट करें (सेटिंग › अकाउंट › अकाउंट डिलीट करें), और ज़रूरी चैट सेव कर लें

receipt = रसीद
receipt-number = नंबर
receipt-name = नाम
receipt-platform = किससे कनेक्ट है
receipt-time = कब
receipt-reference = रेफ़रेंस
receipt-keep = चाहें तो इस पेज को प्रिंट या सेव कर लें।
meta-number = यह Meta का एक सीमित नंबर है
meta-number-text = यह +1 555 से शुरू होता है; Facebook पर सिर्फ़ डिस्प्ले नेम चुनने पर ऐसा नंबर मिलता है। अपना नंबर कनेक्ट करना हो, तो { $project } से नया लिंक माँगें।

# Behind the name of the type and a dot: "Coexistence · …"
coexistence-fits = अगर ग्राहकों से चैट ऐप में होती है
dedicated-fits = नए नंबर के लिए, या जब ऐप की ज़रूरत न हो

support-link = { $project } से मदद
terms-link = शर्तें
privacy-link = प्राइवेसी

# -- more of what Meta refuses, and what to do about it ---------------------------------------------------------
facebook-down-title = Facebook काम पूरा नहीं कर पाया
facebook-down-text = कुछ नहीं बदला है। कुछ मिनट बाद दोबारा शुरू करें।
security-check-title = Facebook पक्का करना चाहता है कि यह आप ही हैं
security-check-text = Facebook खोलें और वहाँ जो कहा जाए, वह करें, जैसे टू-फ़ैक्टर ऑथेंटिकेशन चालू करना। फिर दोबारा शुरू करें।
wrong-account-title = यह WhatsApp अकाउंट { $project } के साथ शेयर नहीं किया जा सकता
wrong-account-text = दोबारा शुरू करें, और कोई दूसरा WhatsApp अकाउंट चुनें या नया बनाएँ।
wrong-business-title = यह नंबर किसी दूसरे बिज़नेस का है
wrong-business-text = दोबारा शुरू करें, और Facebook के पूछने पर वह बिज़नेस चुनें जिसका यह नंबर है।
not-in-app-title = यह नंबर WhatsApp Business ऐप में नहीं है
not-in-app-text = ऐप में जो नंबर चलाते हैं, उसी से दोबारा शुरू करें।
too-new-title = WhatsApp Business ऐप में यह नंबर अभी बहुत नया है
too-new-text = WhatsApp पहले इसका इस्तेमाल देखना चाहता है। एक-दो हफ़्ते ऐप में चैट करते रहें और फिर शुरू करें, या कोई दूसरा नंबर चुनें।
update-app-title = आपका WhatsApp Business ऐप पुराना हो गया है
update-app-text = फ़ोन में ऐप अपडेट करें, फिर दोबारा शुरू करें।
region-title = आपके नंबर के देश में WhatsApp अभी यह सुविधा नहीं देता
region-text = यह नंबर ऐप और { $project } दोनों में एक साथ नहीं चल सकता। किसी दूसरे नंबर से दोबारा शुरू करें, या { $project } से पूछें।
elsewhere-title = यह नंबर अब भी किसी दूसरी सेवा से जुड़ा है
elsewhere-text = इसे WhatsApp Business ऐप में डिस्कनेक्ट करें: सेटिंग › अकाउंट › बिज़नेस प्लेटफ़ॉर्म › डिस्कनेक्ट करें। नंबर ऐप में न हो, तो उसे वही दूसरी सेवा छोड़ सकती है। 15 मिनट रुकें, फिर दोबारा शुरू करें।
other-page-title = यह नंबर किसी दूसरे Facebook पेज से जुड़ा है
other-page-text = इसे उस पेज से हटाएँ, या उस Facebook अकाउंट से दोबारा शुरू करें जो वह पेज संभालता है।
invalid-number-title = WhatsApp पर यह नंबर नहीं चल सकता
invalid-number-text = दोबारा शुरू करें, और नंबर के साथ देश का कोड भी जाँच लें।
too-many-codes-title = बहुत बार कोड माँगा गया
too-many-codes-text = फ़िलहाल WhatsApp इस नंबर पर और कोड नहीं भेजेगा। बारह घंटे बाद दोबारा शुरू करें।
name-title = Facebook ने आपके बिज़नेस का नाम स्वीकार नहीं किया
name-text = दोबारा शुरू करें, और नाम व वेबसाइट वैसे ही लिखें जैसे आपके ग्राहक जानते हैं।
in-review-title = Meta अभी आपके बिज़नेस की जाँच कर रहा है
in-review-text = इसमें कुछ दिन लग सकते हैं। जब Meta बताए कि जाँच पूरी हो गई, तब दोबारा शुरू करें।
payment-title = Meta को पेमेंट नहीं मिल पाया
payment-text = अपनी Meta बिज़नेस सेटिंग्स में पेमेंट का तरीका देखें, फिर दोबारा शुरू करें।
operator-title = { $project } अभी नंबर कनेक्ट नहीं कर सकता
operator-text = आपसे कोई गलती नहीं हुई है: Meta को पहले { $project } से कुछ चाहिए। कृपया { $project } को बताएँ।

# -- links that are over, and signups that stopped on the way ---------------------------------------------------
request-new-link = नया लिंक माँगें
renewal-requested = हमने { $project } को बता दिया है कि आपको नया लिंक चाहिए। चाहें तो यह पेज बंद कर दें।
how-far = काम कहाँ तक पहुँचा
step-state-stopped = यहाँ रुक गया

# -- other devices, other browsers, other people ------------------------------------------------------------------
# { $app } is the name of an app such as Instagram.
in-app-named = यह पेज { $app } के अपने ब्राउज़र में खुला है
in-app-unnamed = यह पेज किसी दूसरे ऐप के ब्राउज़र में खुला है
in-app-unsupported = यहाँ Facebook का लॉग इन काम नहीं करता। यह पेज अपने रोज़ के ब्राउज़र में खोलें; लिंक वहाँ भी चलेगा।
in-app-doubtful = अगर यहाँ Facebook का लॉग इन न खुले, तो यह पेज अपने रोज़ के ब्राउज़र में खोलें।
open-in-browser = ब्राउज़र में खोलें
link-label = इस पेज का लिंक
copy-link = लिंक कॉपी करें
copied = कॉपी हो गया
share = शेयर करें

devices-title = कौन सा डिवाइस ठीक रहेगा
devices-coexistence-computer = ऐप चालू रखने के लिए: WhatsApp Business ऐप वाला फ़ोन हाथ में रखें। Facebook इस स्क्रीन पर एक कोड दिखाता है, जिसे ऐप में कन्फ़र्म करना होता है।
devices-coexistence-phone = ऐप चालू रखने के लिए दो स्क्रीन चाहिए: एक पर Facebook कोड दिखाता है, दूसरी पर उसे WhatsApp Business ऐप में कन्फ़र्म करना होता है। अगर ऐप इसी फ़ोन में है, तो कंप्यूटर पर जारी रखें।
devices-dedicated = सिर्फ़ { $project } के साथ इस्तेमाल के लिए: कोई भी डिवाइस चलेगा।
devices-elsewhere = दूसरे डिवाइस पर जारी रखें
devices-colleague = Facebook लॉग इन किसी और के पास है?

device-title = दूसरे डिवाइस पर जारी रखें
device-lead = दूसरे डिवाइस के कैमरे से कोड स्कैन करें, या वहाँ लिंक खोलें। काम कहाँ तक पहुँचा, यह इस पेज पर दिखता रहेगा।
device-code = क्यूआर कोड, जिससे यह पेज दूसरे डिवाइस पर खुलता है
device-progress = दूसरे डिवाइस पर
device-opened = पेज खुल गया
device-facebook = Facebook लॉग इन
device-connected = नंबर कनेक्ट हो गया
device-look = देखें, काम कहाँ तक पहुँचा
device-here = यहीं जारी रखें
colleague-title = Facebook लॉग इन किसी और के पास है?
colleague-lead = उन्हें यह मैसेज भेजें। उनके पास बस लिंक और Facebook लॉग इन होना चाहिए।
colleague-label = मैसेज
colleague-subject = हमारा WhatsApp नंबर { $project } से कनेक्ट करना है
colleague-text = नमस्ते, हमें अपना WhatsApp नंबर { $project } के साथ इस्तेमाल करना है। कृपया यह लिंक खोलें, Facebook से लॉग इन करें और नंबर चुनें। इसमें करीब पाँच मिनट लगते हैं।
colleague-copy = मैसेज कॉपी करें
colleague-mail = ईमेल से भेजें
colleague-whatsapp = WhatsApp से भेजें

popup-open = Facebook अलग विंडो में खुल गया है। वहाँ जारी रखें; यह पेज अपने-आप आगे बढ़ेगा।
popup-here = कोई विंडो नहीं दिखी? यहीं जारी रखें

# -- अपना नंबर ------------------------------------------------------------------------------------------------------
provision-start-title = आपके बिज़नेस के लिए नया नंबर
provision-start-text = { $project } की ओर से आपके लिए एक फ़ोन नंबर तैयार किया जाता है। फिर Facebook से लॉग इन करके उसे WhatsApp से कनेक्ट करें।
provision-country = देश
provision-choose = कोई देश चुनें
provision-button = मेरा नंबर तैयार करें
provision-buying-title = आपका नंबर तैयार किया जा रहा है
provision-buying-text = कुछ सेकंड लगना सामान्य है। चाहें तो यह पेज बंद कर दें; नंबर आपके लिए रखा रहेगा।
provision-slow-title = आपका नंबर तैयार किया जा रहा है
provision-slow-text = सामान्य से ज़्यादा समय लग रहा है। चाहें तो यह पेज बंद करके लिंक बाद में फिर खोलें; नंबर आपके लिए रखा रहेगा।
provision-unsure-title = आपका नंबर तैयार किया जा रहा है
provision-unsure-text = सामान्य से ज़्यादा समय लग रहा है: पहले { $project } को कुछ जाँचना होगा। चाहें तो यह पेज बंद करके लिंक बाद में फिर खोलें।
provision-ready-title = आपका नया नंबर
provision-ready-text = अब इसे कनेक्ट किया जा सकता है। यह पेज खुला रखें: वेरिफ़िकेशन कोड यहीं आएगा।
provision-how-open = नीचे Facebook से आगे बढ़ें। वह दूसरे टैब में खुलेगा।
provision-how-enter = जब Facebook फ़ोन नंबर माँगे, तो नया नंबर जोड़ना चुनें और यह नंबर डालें।
provision-how-sms = कोड SMS से मँगाएँ।
provision-how-call = कोड फ़ोन कॉल से मँगाएँ। कॉल यहाँ उठाई जाएगी और कोड यहीं लिख दिया जाएगा।
provision-how-code = कोड देखने के लिए इस टैब पर लौटें और उसे Facebook में डालें।
provision-copy-number = नंबर कॉपी करें
provision-copy-code = कोड कॉपी करें
provision-copied = कॉपी हो गया
provision-code = वेरिफ़िकेशन कोड
provision-code-idle = Facebook के भेजते ही कोड यहाँ दिखेगा।
provision-code-waiting = कोड का इंतज़ार है…
provision-code-call = दो मिनट में कोड नहीं आया? Facebook से फ़ोन कॉल मँगाएँ: कॉल यहाँ उठाई जाएगी और कोड यहीं लिख दिया जाएगा।
provision-code-lasts = इसे दस मिनट के भीतर Facebook में डालें।
provision-recording = एक कॉल आई, पर उसमें कोड समझ नहीं आया। उसे यहाँ सुनें।
provision-verifying-title = आपका नंबर वेरिफ़ाई किया जा रहा है
provision-verifying-text = WhatsApp आपके नए नंबर पर एक कोड भेजता है, जो आपके लिए अपने-आप डाल दिया जाता है। आम तौर पर इसमें एक मिनट से कम लगता है। चाहें तो यह पेज बंद कर दें; नंबर आपके लिए रखा रहेगा।
provision-calling-title = आपका नंबर वेरिफ़ाई किया जा रहा है
provision-calling-text = WhatsApp आपके नए नंबर पर कॉल करके एक कोड बताता है। कॉल आपकी ओर से उठाई जाती है और कोड अपने-आप डाल दिया जाता है। इसमें कुछ मिनट लग सकते हैं। चाहें तो यह पेज बंद कर दें; नंबर आपके लिए रखा रहेगा।
provision-verified-title = आपका नया नंबर
provision-verified-text = यह WhatsApp पर पहले से वेरिफ़ाई हो चुका है। आपको किसी कोड की ज़रूरत नहीं है।
provision-verified-open = नीचे Facebook से आगे बढ़ें।
provision-verified-choose = जब Facebook फ़ोन नंबर माँगे, तो यही नंबर चुनें। उस पर ‘वेरिफ़ाइड’ लिखा होगा।
provision-verified-finish = Facebook के सभी चरण पूरे करें। उसके बाद आप अपने-आप वापस आ जाएँगे।
provision-connecting-title = आपका नंबर कनेक्ट किया जा रहा है
provision-connecting-text = Facebook का काम दूसरे टैब में पूरा हो गया है। आगे का काम वहीं हो रहा है।
provision-connected-title = { $number } कनेक्ट हो गया है
provision-connected-text = अब यह { $project } के साथ काम करता है। आप चाहें तो यह टैब बंद कर दें।
provision-other-title = कोई दूसरा नंबर कनेक्ट हुआ है
provision-other-text = कोई बात नहीं: वह अब { $project } के साथ काम करता है। यहाँ तैयार किया गया नंबर लौटा दिया जाएगा। आप चाहें तो यह टैब बंद कर दें।
provision-area-title = इस एरिया कोड का कोई नंबर खाली नहीं है
provision-area-text = किसी दूसरे एरिया कोड का नंबर लें या बाद में फिर से कोशिश करें।
provision-any-area = दूसरा एरिया कोड लें
provision-none-title = इस देश में अभी कोई नंबर खाली नहीं है
provision-none-text = बाद में फिर से कोशिश करें या { $project } से पूछें।
provision-later-title = फ़ोन कंपनी जवाब नहीं दे रही है
provision-later-text = कोई नंबर तैयार नहीं हुआ। कुछ मिनट बाद फिर से कोशिश करें।
provision-limit-title = अभी और नंबर तैयार नहीं किए जा सकते
provision-limit-text = कल फिर से कोशिश करें या { $project } से पूछें।
provision-closed-title = अभी नंबर तैयार नहीं किया जा सकता
provision-closed-text = इसका हल { $project } के पास है। वहाँ पूछें और उसके बाद फिर से कोशिश करें।
