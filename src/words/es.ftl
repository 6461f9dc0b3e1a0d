# Spanish, neutral Latin American, "tú" (no voseo). Glossary: app = app; log in = iniciar sesión; login = inicio de sesión; chat = chat; link = enlace; business = negocio; business settings = “Configuración del negocio”; Business Platform = “Plataforma para empresas” (label in the app); two-step verification = verificación en dos pasos; password = contraseña; coexistence = Coexistencia; dedicated = Número dedicado.
# { $project } is the platform's project name, { $number } a phone number; both arrive isolated for mixed directions. No article before { $project }, nothing that agrees with it in gender.

language-name = Español
language-direction = ltr
facebook-locale = es_LA

# -- the setup page -------------------------------------------------------------------------------------------
title = Conecta WhatsApp con { $project }
headline = Conecta tu número de WhatsApp
lead = { $project } enviará y recibirá mensajes de WhatsApp en nombre de tu negocio. Tú inicias sesión en Facebook; { $project } nunca ve tu contraseña.
question = ¿Cómo vas a usar este número?
decided = { $project } ya eligió cómo se conectará este número.

coexistence-name = Seguir con la app de WhatsApp Business
coexistence-term = Coexistencia
coexistence-point-app = Sigues chateando desde la app en tu teléfono
coexistence-point-beside = { $project } trabaja en paralelo, con los mismos chats
coexistence-point-speed = Hasta { NUMBER($speed) } mensajes por segundo, de sobra para la mayoría de los negocios pequeños

dedicated-name = Usarlo solo con { $project }
dedicated-term = Número dedicado
dedicated-point-scale = Pensado para equipos y automatización
dedicated-point-speed = Hasta { NUMBER($speed) } mensajes por segundo
dedicated-point-no-app = El número ya no se podrá usar en la app de WhatsApp

choose-one = Primero elige una de las dos opciones.

continue-with-facebook = Continuar con Facebook
last-time = La última vez se quedó aquí:
what-comes-next = Se abre Facebook. Inicias sesión, eliges tu negocio y tu número, y vuelves aquí automáticamente. Lleva unos cinco minutos.

can = { $project } podrá:
can-messages = enviar y recibir mensajes con este número
can-quality = ver el nombre y la calidad del número
can-chats = ver los chats y contactos de la app WhatsApp Business
can-chats-if = si conservas la app: ver sus chats y contactos
cannot = No podrá:
cannot-password = ver tu contraseña de Facebook
cannot-private = leer tu WhatsApp personal en otros números
cannot-post = publicar en Facebook
undo = Puedes quitarle el acceso cuando quieras

language-switcher = Idioma

# -- while it is being connected --------------------------------------------------------------------------------
progress-title = Estamos conectando tu número
progress-lead = Es normal que tarde unos segundos. Puedes cerrar esta página; nosotros seguimos.
progress-waiting = WhatsApp nos pide esperar antes del próximo intento. Puedes cerrar esta página; nosotros seguimos.
step-login = Inicio de sesión en Facebook
step-account = Cuenta del negocio
step-number = Número de teléfono
step-registration = Registro
step-history = Historial de chats
step-done = Listo
step-state-done = hecho
step-state-now = en curso
step-state-next = pendiente

# -- which number -----------------------------------------------------------------------------------------------
number-title = ¿Qué número quieres usar?
number-lead = Al iniciar sesión en Facebook compartiste { $count ->
    [one] { NUMBER($count) } número
   *[other] { NUMBER($count) } números
}. Elige el que usarás con { $project }.
number-connected = ya está conectado
number-taken = lo usa otro cliente de { $project }
number-confirm = Conectar este número
number-again = ¿No es ninguno de estos? Vuelve a iniciar sesión en Facebook
number-choose-one = Primero elige uno de los números.

# -- endings ----------------------------------------------------------------------------------------------------
connected-title = { $number } está conectado
connected-lead = Ya funciona con { $project }. Puedes cerrar esta página.

retry = Intentar de nuevo
return-to-platform = Volver a { $project }

cancelled-title = Saliste de Facebook antes de terminar
cancelled-text = No cambió nada. Puedes empezar de nuevo cuando quieras.
no-number-title = El proceso en Facebook terminó sin un número de teléfono
no-number-text = Empieza de nuevo y, cuando Facebook lo pida, agrega el número que quieres usar.
taken-title = Este número ya lo usa otro cliente de { $project }
taken-text = Elige otro número o consulta con { $project }.
wrong-type-dedicated-title = Este número todavía se usa en la app de WhatsApp Business
wrong-type-dedicated-text = { $project } pidió un número que no esté en la app. Empieza de nuevo con otro número, o borra antes la cuenta de este número en la app.
wrong-type-coexistence-title = Este número no está en la app de WhatsApp Business
wrong-type-coexistence-text = { $project } pidió un número que siga en la app. Empieza de nuevo con el número que usas ahí.
too-late-title = La respuesta de Facebook llegó demasiado tarde
too-late-text = Pasa cuando una página queda abierta mucho tiempo. Empieza de nuevo; la segunda vez es más rápido.
limit-title = Facebook todavía no permite que tu negocio tenga otra cuenta de WhatsApp
limit-text = Verificar primero el negocio en Meta suele ayudar.
pin-title = Este número está protegido con un PIN
pin-text = Desactiva la verificación en dos pasos en WhatsApp y empieza de nuevo.
unverified-title = Facebook todavía no ha verificado este número
unverified-text = Empieza de nuevo e ingresa el código que Facebook envía a ese número.
wait-title = WhatsApp puso en pausa este número
wait-text = Se registró demasiadas veces en poco tiempo. Empieza de nuevo dentro de tres días; mientras tanto, no se pierde nada.
pause-title = WhatsApp pide una pausa más larga
pause-text = No se perdió nada. Empieza de nuevo en unas horas.
blocked-title = Meta restringió este número
blocked-text = Consulta el motivo en “Configuración del negocio”, en Meta. Cuando se levante la restricción, empieza de nuevo.
number-failed-title = WhatsApp no aceptó este número
number-failed-text = No se perdió nada. Empieza de nuevo en unos minutos o elige otro número.
no-access-title = Facebook no nos dio acceso a tu número
no-access-text = Empieza de nuevo y, cuando Facebook pida los permisos, déjalos todos activados.
wrong-number-title = Ese era otro número
wrong-number-text = { $project } te pidió conectar el mismo número de antes. Empieza de nuevo y elige ese número.
other-account-title = Esa era otra cuenta de WhatsApp Business
other-account-text = { $project } te pidió conectar el número en la misma cuenta de WhatsApp Business de antes. Empieza de nuevo y elige esa cuenta.
unexpected-number-title = { $project } espera otro número
unexpected-number-text = No se conectó nada. Empieza de nuevo y elige el número que acordaste con { $project }.
exchange-title = El inicio de sesión en Facebook no se completó
exchange-text = No cambió nada. Empieza de nuevo en un minuto. Si sigue igual, avisa a { $project }.
meta-down-title = WhatsApp no responde
meta-down-text = Tu número no se conectó. No se perdió nada: empieza de nuevo en unos minutos.

expired-title = Este enlace venció
expired-text = Pide uno nuevo a { $project }.
revoked-title = Hay un enlace más reciente
revoked-text = { $project } te envió otro después de este. Abre ese.
withdrawn-title = Este enlace ya no es válido
withdrawn-text = Pide uno nuevo a { $project }.
used-title = Ya está todo listo
used-text = El número está conectado. Si algo no está bien, pide un enlace nuevo a { $project }.
not-found-title = No hay nada en esta dirección
not-found-text = Puede que el enlace se haya cortado. Ábrelo de nuevo desde el mensaje en el que te llegó.
other-browser-title = Este inicio de sesión empezó en otro lugar
other-browser-text = No se conectó nada. Vuelve a abrir el enlace de tu mensaje y sigue en el mismo navegador hasta terminar.
error-title = Algo falló de nuestro lado
error-text = No se perdió nada. Inténtalo de nuevo en un minuto.
error-reference = Referencia { $id }
unsaved-title = Ahora mismo no podemos guardar nada
unsaved-text = Lo que has hecho hasta ahora está a salvo. Inténtalo de nuevo en unos minutos.
bad-request-title = Algo no llegó como debía
bad-request-text = Vuelve atrás e inténtalo de nuevo.
busy-title = Esto está tardando más de lo normal
busy-text = No se perdió nada y lo que ya empezó sigue su curso. Esta página volverá a intentarlo sola en unos segundos.
crowded-title = Un momento, por favor
crowded-text = Acaban de llegar muchísimas solicitudes desde tu red. Esta página volverá a intentarlo sola en un momento.

# -- trust, the short questions, the receipt ----------------------------------------------------------------------
trust = Lo que autorizas
who-returns = Al terminar, vuelves a { $host }.
undo-meta = En business.facebook.com: Configuración › Cuentas de WhatsApp › tu cuenta › Socios. Quita el acceso ahí.
undo-app = En la app de WhatsApp Business: Ajustes › Cuenta › Plataforma para empresas › Desconectar.
trap = Cuando Facebook te pida un número de teléfono, da el tuyo. Si eliges usar solo un nombre visible, Meta te asigna un número +1 555 con limitaciones.

which = ¿No sabes cuál elegir?
which-lead = Son cuatro preguntas cortas. Sáltate las que quieras; no guardamos nada.
which-app = ¿Usas este número en la app de WhatsApp Business?
which-stay = ¿Quieres seguir chateando desde la app?
which-facebook = ¿Administras tu negocio en Facebook?
which-code = ¿Este número puede recibir un SMS o una llamada ahora mismo?
yes = Sí
no = No
which-ask = Recomendarme una
which-again = Cambiar tus respuestas
which-coexistence = Te conviene seguir con la app de WhatsApp Business
which-dedicated = Te conviene usarlo solo con { $project }
which-open = Responde al menos una de las dos primeras preguntas y te recomendamos una opción
recommended = Recomendado
have = Ten a mano:
have-facebook = tu cuenta de Facebook
have-no-facebook = una cuenta de Facebook: la de quien administra tu negocio ahí, o la tuya. Si tu negocio todavía no está en Facebook, se agrega durante el proceso
have-app = el teléfono con la app de WhatsApp Business, en su última versión
have-code = el teléfono que recibe el código por SMS o llamada
have-no-code = un momento en que este número pueda recibir un SMS o una llamada: Facebook le envía un código
have-delete = el teléfono con la app: antes de empezar, elimina ahí la cuenta de este número (Ajustes › Cuenta › Eliminar cuenta) y guarda los chats que quieras conservar

receipt = Comprobante
receipt-number = Número
receipt-name = Nombre
receipt-platform = Conectado con
receipt-time = Fecha
receipt-reference = Referencia
receipt-keep = Puedes imprimir esta página o guardarla.
meta-number = Este es un número de Meta con limitaciones
meta-number-text = Empieza con +1 555, como los números que asigna Meta cuando en Facebook se elige usar solo un nombre visible. Para conectar tu propio número, pide un enlace nuevo a { $project }.

# Behind the name of the type and a dot: "Coexistence · …"
coexistence-fits = si chateas con tus clientes desde la app
dedicated-fits = para un número nuevo, o si nadie usa la app

support-link = Ayuda de { $project }
terms-link = Condiciones
privacy-link = Privacidad

# -- more of what Meta refuses, and what to do about it ---------------------------------------------------------
facebook-down-title = Facebook no pudo terminar
facebook-down-text = No cambió nada. Empieza de nuevo en unos minutos.
security-check-title = Facebook quiere confirmar que eres tú
security-check-text = Abre Facebook y haz lo que te pida, por ejemplo, activar la autenticación en dos pasos. Después, empieza de nuevo.
wrong-account-title = Esta cuenta de WhatsApp no se puede compartir con { $project }
wrong-account-text = Empieza de nuevo y elige otra cuenta de WhatsApp o crea una nueva.
wrong-business-title = Este número pertenece a otro negocio
wrong-business-text = Empieza de nuevo y, cuando Facebook lo pida, elige el negocio al que pertenece este número.
not-in-app-title = Este número no está en la app de WhatsApp Business
not-in-app-text = Empieza de nuevo con el número que usas en la app.
too-new-title = Este número es demasiado nuevo en la app de WhatsApp Business
too-new-text = WhatsApp quiere ver primero que lo usas. Sigue chateando en la app una o dos semanas y empieza de nuevo, o elige otro número.
update-app-title = Tu app de WhatsApp Business necesita una actualización
update-app-text = Actualiza la app en tu teléfono y empieza de nuevo.
region-title = WhatsApp todavía no ofrece esto en el país de tu número
region-text = La app y { $project } no pueden compartir este número. Empieza de nuevo con otro número o consulta con { $project }.
elsewhere-title = Este número sigue conectado a otro servicio
elsewhere-text = Desconéctalo en la app de WhatsApp Business: Ajustes › Cuenta › Plataforma para empresas › Desconectar. Si no está en la app, tiene que liberarlo el otro servicio. Espera 15 minutos y empieza de nuevo.
other-page-title = Este número está vinculado a otra página de Facebook
other-page-text = Desvincúlalo de esa página o empieza de nuevo con la cuenta de Facebook que la administra.
invalid-number-title = WhatsApp no puede usar este número
invalid-number-text = Empieza de nuevo y revisa el número y su código de país.
too-many-codes-title = Se pidieron demasiados códigos
too-many-codes-text = Por ahora, WhatsApp no envía más códigos a este número. Empieza de nuevo dentro de doce horas.
name-title = Facebook no aceptó el nombre de tu negocio
name-text = Empieza de nuevo y escribe el nombre y el sitio web tal como los conocen tus clientes.
in-review-title = Meta todavía está revisando tu negocio
in-review-text = Puede tardar unos días. Empieza de nuevo cuando Meta te avise que terminó.
payment-title = Meta no pudo cobrar un pago
payment-text = Revisa el método de pago en “Configuración del negocio”, en Meta, y empieza de nuevo.
operator-title = { $project } no puede conectar números por el momento
operator-text = No hiciste nada mal: Meta le pide algo antes a { $project }. Avísales.

# -- links that are over, and signups that stopped on the way ---------------------------------------------------
request-new-link = Pedir un enlace nuevo
renewal-requested = Le avisamos a { $project } que necesitas un enlace nuevo. Puedes cerrar esta página.
how-far = Hasta dónde llegó
step-state-stopped = se detuvo aquí

# -- other devices, other browsers, other people ------------------------------------------------------------------
# { $app } is the name of an app such as Instagram.
in-app-named = Estás en el navegador integrado de { $app }
in-app-unnamed = Estás en el navegador integrado de otra app
in-app-unsupported = Aquí no funciona el inicio de sesión de Facebook. Abre esta página en tu navegador de siempre; el enlace sigue siendo válido.
in-app-doubtful = Si aquí no se abre el inicio de sesión de Facebook, abre esta página en tu navegador de siempre.
open-in-browser = Abrir en el navegador
link-label = Enlace a esta página
copy-link = Copiar enlace
copied = Copiado
share = Compartir

devices-title = El dispositivo adecuado
devices-coexistence-computer = Para seguir con la app: ten a mano el teléfono con la app de WhatsApp Business. Facebook muestra un código en esta pantalla y tú lo confirmas en la app.
devices-coexistence-phone = Para seguir con la app necesitas dos pantallas: en una, Facebook muestra un código; en la otra, lo confirmas en la app de WhatsApp Business. Si la app está en este teléfono, continúa desde una computadora.
devices-dedicated = Para usar el número solo con { $project }: sirve cualquier dispositivo.
devices-elsewhere = Continuar en otro dispositivo
devices-colleague = ¿Otra persona tiene el acceso a Facebook?

device-title = Continúa en otro dispositivo
device-lead = Escanea el código con la cámara del otro dispositivo o abre allí el enlace. Esta página muestra cómo vas.
device-code = Código QR que abre esta página en otro dispositivo
device-progress = En el otro dispositivo
device-opened = Página abierta
device-facebook = Inicio de sesión en Facebook
device-connected = Número conectado
device-look = Ver cómo va
device-here = Mejor seguir aquí
colleague-title = ¿Otra persona tiene el acceso a Facebook?
colleague-lead = Envíale este mensaje. Solo necesita el enlace y su cuenta de Facebook.
colleague-label = Mensaje
colleague-subject = Conectar nuestro número de WhatsApp con { $project }
colleague-text = Hola, queremos usar nuestro número de WhatsApp con { $project }. ¿Puedes abrir este enlace, iniciar sesión en Facebook y elegir el número? Lleva unos cinco minutos.
colleague-copy = Copiar mensaje
colleague-mail = Enviar por correo
colleague-whatsapp = Enviar por WhatsApp

popup-open = Facebook se abrió en otra ventana. Continúa allí; esta página avanza automáticamente.
popup-here = ¿No ves la ventana? Continúa aquí

# -- un número propio ---------------------------------------------------------------------------------------------
provision-start-title = Un número nuevo para tu negocio
provision-start-text = { $project } te prepara un número de teléfono. Después lo conectas a WhatsApp con tu inicio de sesión de Facebook.
provision-country = País
provision-choose = Elige un país
provision-button = Preparar mi número
provision-buying-title = Estamos preparando tu número
provision-buying-text = Unos segundos son normales. Puedes cerrar esta página; te guardamos el número.
provision-slow-title = Estamos preparando tu número
provision-slow-text = Está tardando más de lo habitual. Puedes cerrar esta página y abrir el enlace más tarde; te guardamos el número.
provision-unsure-title = Estamos preparando tu número
provision-unsure-text = Está tardando más de lo habitual: { $project } tiene que revisar algo antes. Puedes cerrar esta página y abrir el enlace más tarde.
provision-ready-title = Tu número nuevo
provision-ready-text = Ya puedes conectarlo. Deja esta página abierta: aquí llega el código de verificación.
provision-how-open = Continúa con Facebook más abajo. Se abre en otra pestaña.
provision-how-enter = Cuando Facebook te pida un número de teléfono, elige agregar uno y escribe este.
provision-how-sms = Pide el código por mensaje de texto (SMS).
provision-how-call = Pide el código por llamada. Nosotros contestamos y escribimos el código aquí.
provision-how-code = Vuelve a esta pestaña para ver el código y escríbelo en Facebook.
provision-copy-number = Copiar número
provision-copy-code = Copiar código
provision-copied = Copiado
provision-code = Código de verificación
provision-code-idle = El código aparecerá aquí en cuanto Facebook lo envíe.
provision-code-waiting = Esperando el código…
provision-code-call = ¿No llega en dos minutos? Pide a Facebook una llamada: nosotros contestamos y escribimos el código aquí.
provision-code-lasts = Escríbelo en Facebook antes de diez minutos.
provision-recording = Llegó una llamada y no pudimos entender el código. Escúchala aquí.
provision-verifying-title = Estamos verificando tu número
provision-verifying-text = WhatsApp envía un código a tu número nuevo y nosotros lo introducimos por ti. Normalmente tarda menos de un minuto. Puedes cerrar esta página; te guardamos el número.
provision-calling-title = Estamos verificando tu número
provision-calling-text = WhatsApp llama a tu número nuevo para dictar un código. Nosotros contestamos y lo introducimos por ti. Puede tardar unos minutos. Puedes cerrar esta página; te guardamos el número.
provision-verified-title = Tu número nuevo
provision-verified-text = Ya está verificado en WhatsApp. No necesitas ningún código.
provision-verified-open = Continúa con Facebook más abajo.
provision-verified-choose = Cuando Facebook te pida un número de teléfono, elige este. Aparece como verificado.
provision-verified-finish = Sigue los pasos de Facebook hasta el final. Vuelves automáticamente.
provision-connecting-title = Estamos conectando tu número
provision-connecting-text = Facebook ya terminó en la otra pestaña. Todo sigue allí.
provision-connected-title = { $number } está conectado
provision-connected-text = Ya funciona con { $project }. Puedes cerrar esta pestaña.
provision-other-title = Conectaste otro número
provision-other-text = No hay problema: ya funciona con { $project }. El número que preparamos aquí se devuelve. Puedes cerrar esta pestaña.
provision-area-title = No hay números libres con este código de área
provision-area-text = Toma uno con otro código de área o inténtalo más tarde.
provision-any-area = Tomar otro código de área
provision-none-title = Ahora mismo no hay números libres en este país
provision-none-text = Inténtalo más tarde o pregunta a { $project }.
provision-later-title = La compañía telefónica no responde
provision-later-text = No se preparó ningún número. Inténtalo de nuevo en unos minutos.
provision-limit-title = Ahora mismo no se pueden preparar más números
provision-limit-text = Inténtalo mañana o pregunta a { $project }.
provision-closed-title = Ahora mismo no se puede preparar un número
provision-closed-text = { $project } tiene que revisarlo. Pregunta allí e inténtalo de nuevo después.
