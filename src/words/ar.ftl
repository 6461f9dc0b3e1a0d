# Arabic, Modern Standard. Neutral address: verbal nouns and «يمكنك», no gendered imperatives; { $project } governs no verb and takes no attached prefix (مع، عبر، من، إلى). Glossary: WhatsApp = واتساب، WhatsApp Business app = تطبيق واتساب للأعمال، connect = ربط، business = نشاط تجاري، chat = دردشة، permission = إذن، verify = التحقق، two-step verification = التحقق بخطوتين، PIN = رقم تعريف شخصي، log in = تسجيل الدخول، link = رابط، customer = عميل، start again = البدء من جديد.

language-name = العربية

# -- the setup page -------------------------------------------------------------------------------------------
title = ربط واتساب مع { $project }
headline = ربط رقمك على واتساب
lead = ستُرسَل رسائل نشاطك التجاري على واتساب وتُستقبَل عبر { $project }. تسجيل الدخول يكون من خلال فيسبوك، وكلمة مرورك لا تصل أبدًا إلى { $project }.
question = كيف سيُستخدَم هذا الرقم؟
decided = طريقة ربط هذا الرقم محدَّدة مسبقًا من { $project }.

coexistence-name = الاحتفاظ بتطبيق واتساب للأعمال
coexistence-term = وضع التعايش
coexistence-point-app = تستمر دردشاتك كالمعتاد في التطبيق على هاتفك
coexistence-point-beside = الدردشات نفسها متاحة أيضًا عبر { $project }، إلى جانب التطبيق
coexistence-point-speed = سرعة تصل إلى { $speed ->
    [one] رسالة واحدة
    [two] رسالتين
    [few] { NUMBER($speed) } رسائل
   *[other] { NUMBER($speed) } رسالة
} في الثانية، وهي كافية لمعظم الأنشطة التجارية الصغيرة

dedicated-name = استخدام الرقم مع { $project } فقط
dedicated-term = الوضع المخصَّص
dedicated-point-scale = مصمَّم لفِرق العمل والأتمتة
dedicated-point-speed = سرعة تصل إلى { $speed ->
    [one] رسالة واحدة
    [two] رسالتين
    [few] { NUMBER($speed) } رسائل
   *[other] { NUMBER($speed) } رسالة
} في الثانية
dedicated-point-no-app = لا يمكن بعد ذلك استخدام الرقم في تطبيق واتساب

choose-one = يلزم أولًا اختيار إحدى الطريقتين.

continue-with-facebook = المتابعة باستخدام فيسبوك
what-comes-next = سيُفتح فيسبوك لتسجيل الدخول واختيار نشاطك التجاري ورقمك، ثم نعيدك إلى هنا تلقائيًا. يستغرق ذلك نحو خمس دقائق.

can = الأذونات الممنوحة إلى { $project }:
can-messages = إرسال الرسائل واستقبالها بهذا الرقم
can-quality = الاطلاع على جودة الرقم واسمه المعروض
cannot = لا تشمل هذه الأذونات:
cannot-password = الاطلاع على كلمة مرورك على فيسبوك
cannot-private = قراءة رسائلك الخاصة على واتساب
cannot-post = النشر على فيسبوك
undo = يمكنك إنهاء هذا الربط في أي وقت من إعدادات نشاطك التجاري في Meta.

language-switcher = اللغة

# -- while it is being connected --------------------------------------------------------------------------------
progress-title = جارٍ ربط رقمك
progress-lead = يستغرق ذلك عادةً بضع ثوانٍ. يمكنك إغلاق هذه الصفحة، وسنكمل الربط.
progress-waiting = يطلب واتساب الانتظار قليلًا قبل المحاولة التالية. يمكنك إغلاق هذه الصفحة، وسنكمل الربط.
step-login = تسجيل الدخول إلى فيسبوك
step-account = حساب الأعمال
step-number = رقم الهاتف
step-registration = التسجيل
step-history = سجل الدردشات
step-done = اكتمال الربط
step-state-done = اكتملت
step-state-now = قيد التنفيذ
step-state-next = لم تبدأ بعد

# -- which number -----------------------------------------------------------------------------------------------
number-title = أي رقم سنربط؟
number-lead = { $count ->
    [zero] لم نجد أي رقم
    [one] وجدنا رقمًا واحدًا
    [two] وجدنا رقمين
    [few] وجدنا { NUMBER($count) } أرقام
    [many] وجدنا { NUMBER($count) } رقمًا
   *[other] وجدنا { NUMBER($count) } رقم
} بعد تسجيل دخولك إلى فيسبوك. بقي اختيار الرقم الذي سيُربط مع { $project }.
number-connected = مرتبط بالفعل
number-taken = مستخدَم لدى عميل آخر من عملاء { $project }
number-confirm = ربط هذا الرقم
number-again = رقمك ليس بينها؟ تسجيل الدخول إلى فيسبوك من جديد
number-choose-one = يلزم أولًا اختيار أحد الأرقام.

# -- endings ----------------------------------------------------------------------------------------------------
connected-title = تم ربط الرقم { $number }
connected-lead = أصبح رقمك يعمل الآن مع { $project }. يمكنك إغلاق هذه الصفحة.

retry = إعادة المحاولة
return-to-platform = العودة إلى { $project }

cancelled-title = خرجت من فيسبوك قبل اكتمال الخطوات
cancelled-text = لم يتغير شيء. يمكنك البدء من جديد متى شئت.
no-number-title = انتهت خطوات فيسبوك دون رقم هاتف
no-number-text = يمكنك البدء من جديد، وإضافة الرقم المطلوب عندما يسأل عنه فيسبوك.
taken-title = هذا الرقم مستخدَم لدى عميل آخر من عملاء { $project }
taken-text = يمكنك اختيار رقم آخر، أو التواصل مع { $project }.
wrong-type-dedicated-title = لا يزال هذا الرقم مستخدَمًا في تطبيق واتساب للأعمال
wrong-type-dedicated-text = يحتاج الربط مع { $project } إلى رقم غير مستخدَم في التطبيق. يمكنك البدء من جديد برقم آخر، أو حذف حساب هذا الرقم من التطبيق أولًا.
wrong-type-coexistence-title = هذا الرقم غير مستخدَم في تطبيق واتساب للأعمال
wrong-type-coexistence-text = يحتاج الربط مع { $project } إلى رقم يبقى في التطبيق. يمكنك البدء من جديد بالرقم المستخدَم هناك.
too-late-title = وصل رد فيسبوك متأخرًا
too-late-text = يحدث هذا عندما تبقى الصفحة مفتوحة مدة طويلة. يمكنك البدء من جديد، والمرة الثانية أسرع.
limit-title = لا يسمح فيسبوك حتى الآن بحساب واتساب إضافي لنشاطك التجاري
limit-text = غالبًا ما يفيد التحقق من النشاط التجاري لدى Meta أولًا.
pin-title = هذا الرقم محمي برقم تعريف شخصي (PIN)
pin-text = يلزم إيقاف التحقق بخطوتين في واتساب، ثم البدء من جديد.
unverified-title = لم يتحقق فيسبوك من هذا الرقم بعد
unverified-text = يمكنك البدء من جديد، وإدخال الرمز الذي يرسله فيسبوك إلى الرقم.
wait-title = أوقف واتساب هذا الرقم مؤقتًا
wait-text = سُجِّل مرات كثيرة خلال وقت قصير. يمكنك البدء من جديد بعد ثلاثة أيام، ولن يُفقد شيء.
pause-title = يطلب واتساب الانتظار لفترة أطول
pause-text = لم يضِع شيء. يمكنك البدء من جديد بعد بضع ساعات.
blocked-title = فرضت Meta قيودًا على هذا الرقم
blocked-text = السبب موضَّح في إعدادات نشاطك التجاري في Meta. يمكنك البدء من جديد بعد رفع القيود.
number-failed-title = لم يقبل واتساب هذا الرقم
number-failed-text = لم يُفقد شيء. يمكنك البدء من جديد بعد بضع دقائق، أو اختيار رقم آخر.
no-access-title = لم يسمح لنا فيسبوك بالوصول إلى رقمك
no-access-text = يمكنك البدء من جديد، مع إبقاء كل الأذونات مفعَّلة عندما يسأل عنها فيسبوك.
wrong-number-title = هذا رقم مختلف
wrong-number-text = المطلوب من { $project } ربط الرقم السابق نفسه. يمكنك البدء من جديد واختيار ذلك الرقم.
exchange-title = لم يكتمل تسجيل الدخول عبر فيسبوك
exchange-text = لم يتغير شيء. يمكنك البدء من جديد بعد دقيقة. وإذا تكرر ذلك، فالأفضل إبلاغ { $project }.
meta-down-title = واتساب لا يستجيب
meta-down-text = لم يُربط رقمك، ولم يُفقد شيء. يمكنك البدء من جديد بعد بضع دقائق.

expired-title = انتهت صلاحية هذا الرابط
expired-text = تبقى الروابط صالحة ثلاثين يومًا. يمكنك طلب رابط جديد من { $project }.
revoked-title = يوجد رابط أحدث
revoked-text = أُرسل إليك من { $project } رابط آخر بعد هذا الرابط. يمكنك المتابعة من الرابط الأحدث.
used-title = اكتمل الربط من قبل
used-text = الرقم مرتبط. إذا كان هناك أي خلل، يمكنك طلب رابط جديد من { $project }.
not-found-title = لا توجد صفحة على هذا العنوان
not-found-text = ربما وصل الرابط ناقصًا. يمكنك فتحه مرة أخرى من الرسالة التي ورد فيها.
other-browser-title = بدأ تسجيل الدخول هذا من مكان آخر
other-browser-text = لم يُربط أي رقم. يلزم فتح الرابط من رسالتك مرة أخرى، وإكمال كل الخطوات في المتصفح نفسه.
error-title = حدث خطأ من جهتنا
error-text = لم يُفقد شيء. يمكنك المحاولة مرة أخرى بعد دقيقة.
error-reference = الرمز المرجعي { $id }
bad-request-title = لم يصل الطلب كما ينبغي
bad-request-text = يمكنك الرجوع إلى الصفحة السابقة والمحاولة مرة أخرى.
