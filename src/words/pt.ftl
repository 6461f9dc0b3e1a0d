# Portuguese, Brazilian first and understood in Portugal, "você". Glossary: app WhatsApp Business = app WhatsApp Business; log in = entrar / fazer login; login = login; chat = conversa; link = link; business = empresa; business settings = “Configurações do negócio” (Meta's label); Business Platform = “Plataforma comercial” (Meta's label); two-step verification = confirmação em duas etapas (the label in WhatsApp and in Meta's WhatsApp Manager); password = senha; coexistence = Coexistência; dedicated = Número dedicado.
# { $project } is the platform's project name, { $number } a phone number; both arrive isolated for mixed directions. No article and no contraction (ao, do, no, pelo) before { $project }, nothing that agrees with it in gender.

language-name = Português
language-direction = ltr
facebook-locale = pt_BR

# -- the setup page -------------------------------------------------------------------------------------------
title = Conecte o WhatsApp com { $project }
headline = Conecte seu número do WhatsApp
lead = { $project } vai enviar e receber mensagens do WhatsApp em nome da sua empresa. Você entra com o Facebook; { $project } nunca vê sua senha.
question = Como você vai usar este número?
decided = { $project } já escolheu como este número será conectado.

coexistence-name = Continuar com o app WhatsApp Business
coexistence-term = Coexistência
coexistence-point-app = Você continua conversando pelo app no celular
coexistence-point-beside = { $project } funciona em paralelo, com as mesmas conversas
coexistence-point-speed = Até { NUMBER($speed) } mensagens por segundo, de sobra para a maioria das pequenas empresas

dedicated-name = Usar só com { $project }
dedicated-term = Número dedicado
dedicated-point-scale = Feito para equipes e automação
dedicated-point-speed = Até { NUMBER($speed) } mensagens por segundo
dedicated-point-no-app = O número não poderá mais ser usado no app do WhatsApp

choose-one = Primeiro, escolha uma das duas opções.

continue-with-facebook = Continuar com o Facebook
last-time = Da última vez, parou aqui:
what-comes-next = O Facebook vai abrir. Você faz login, escolhe a empresa e o número e volta para cá automaticamente. Leva uns cinco minutos.

can = { $project } vai poder:
can-messages = enviar e receber mensagens com este número
can-quality = ver o nome e a qualidade do número
can-chats = ver as conversas e os contatos do app WhatsApp Business
can-chats-if = se você mantiver o app: ver as conversas e os contatos dele
cannot = Não vai poder:
cannot-password = ver sua senha do Facebook
cannot-private = ler seu WhatsApp pessoal em outros números
cannot-post = publicar no Facebook
undo = Você pode remover esse acesso quando quiser

language-switcher = Idioma

# -- while it is being connected --------------------------------------------------------------------------------
progress-title = Conectando seu número
progress-lead = É normal levar alguns segundos. Você pode fechar esta página; nós continuamos.
progress-waiting = O WhatsApp pediu para esperarmos antes da próxima tentativa. Você pode fechar esta página; nós continuamos.
step-login = Login no Facebook
step-account = Conta da empresa
step-number = Número de telefone
step-registration = Registro
step-history = Histórico de conversas
step-done = Pronto
step-state-done = concluído
step-state-now = em andamento
step-state-next = pendente

# -- which number -----------------------------------------------------------------------------------------------
number-title = Qual número você quer usar?
number-lead = No login com o Facebook, você compartilhou { $count ->
    [one] { NUMBER($count) } número
   *[other] { NUMBER($count) } números
}. Escolha qual vai usar com { $project }.
number-connected = já está conectado
number-taken = em uso por outro cliente de { $project }
number-confirm = Conectar este número
number-again = Não é nenhum destes? Entre com o Facebook de novo
number-choose-one = Primeiro, escolha um dos números.

# -- endings ----------------------------------------------------------------------------------------------------
connected-title = { $number } está conectado
connected-lead = Já funciona com { $project }. Você pode fechar esta página.

retry = Tentar de novo
return-to-platform = Voltar para { $project }

cancelled-title = Você saiu do Facebook antes de terminar
cancelled-text = Nada mudou. Você pode começar de novo quando quiser.
no-number-title = O processo no Facebook terminou sem um número de telefone
no-number-text = Comece de novo e, quando o Facebook pedir, adicione o número que você quer usar.
taken-title = Este número já está em uso por outro cliente de { $project }
taken-text = Escolha outro número ou fale com { $project }.
wrong-type-dedicated-title = Este número ainda está em uso no app WhatsApp Business
wrong-type-dedicated-text = { $project } pediu um número que não esteja no app. Comece de novo com outro número, ou exclua antes a conta deste número no app.
wrong-type-coexistence-title = Este número não está no app WhatsApp Business
wrong-type-coexistence-text = { $project } pediu um número que continue no app. Comece de novo com o número que você usa lá.
too-late-title = A resposta do Facebook chegou tarde demais
too-late-text = Isso acontece quando uma página fica aberta por muito tempo. Comece de novo; na segunda vez, é mais rápido.
limit-title = O Facebook ainda não permite que sua empresa tenha outra conta do WhatsApp
limit-text = Verificar primeiro a empresa na Meta costuma ajudar.
pin-title = Este número está protegido por um PIN
pin-text = Desative a confirmação em duas etapas no WhatsApp e comece de novo.
unverified-title = O Facebook ainda não verificou este número
unverified-text = Comece de novo e digite o código que o Facebook envia para esse número.
wait-title = O WhatsApp pausou este número
wait-text = Ele foi registrado vezes demais em pouco tempo. Comece de novo daqui a três dias; até lá, nada se perde.
pause-title = O WhatsApp pede uma pausa mais longa
pause-text = Nada se perdeu. Comece de novo daqui a algumas horas.
blocked-title = A Meta restringiu este número
blocked-text = Veja o motivo em “Configurações do negócio”, na Meta. Quando a restrição acabar, comece de novo.
number-failed-title = O WhatsApp não aceitou este número
number-failed-text = Nada se perdeu. Comece de novo daqui a alguns minutos ou escolha outro número.
no-access-title = O Facebook não nos deu acesso ao seu número
no-access-text = Comece de novo e, quando o Facebook pedir as permissões, deixe todas ativadas.
wrong-number-title = Esse era outro número
wrong-number-text = { $project } pediu que você conectasse o mesmo número de antes. Comece de novo e escolha esse número.
other-account-title = Essa era outra conta do WhatsApp Business
other-account-text = { $project } pediu que você conectasse o número na mesma conta do WhatsApp Business de antes. Comece de novo e escolha essa conta.
unexpected-number-title = { $project } espera outro número
unexpected-number-text = Nada foi conectado. Comece de novo e escolha o número que você combinou com { $project }.
exchange-title = O login com o Facebook não foi concluído
exchange-text = Nada mudou. Comece de novo daqui a um minuto. Se continuar assim, fale com { $project }.
meta-down-title = O WhatsApp não está respondendo
meta-down-text = Seu número não foi conectado. Nada se perdeu: comece de novo daqui a alguns minutos.

expired-title = Este link expirou
expired-text = Peça um novo a { $project }.
revoked-title = Existe um link mais recente
revoked-text = { $project } enviou outro link depois deste. Abra o mais recente.
withdrawn-title = Este link não é mais válido
withdrawn-text = Peça um novo a { $project }.
used-title = Já está tudo pronto
used-text = O número está conectado. Se algo não estiver certo, peça um novo link a { $project }.
not-found-title = Não há nada neste endereço
not-found-text = O link pode ter sido cortado. Abra de novo pela mensagem em que ele chegou.
other-browser-title = Este login começou em outro lugar
other-browser-text = Nada foi conectado. Abra de novo o link da sua mensagem e continue no mesmo navegador até terminar.
error-title = Algo deu errado do nosso lado
error-text = Nada se perdeu. Tente de novo daqui a um minuto.
error-reference = Referência { $id }
unsaved-title = No momento, não conseguimos salvar nada
unsaved-text = O que você já fez está seguro. Tente de novo daqui a alguns minutos.
bad-request-title = Algo não chegou como deveria
bad-request-text = Volte e tente de novo.
busy-title = Está demorando mais do que o normal
busy-text = Nada se perdeu, e o que já começou continua. Esta página tenta de novo sozinha em alguns segundos.
crowded-title = Só um momento
crowded-text = Chegaram muitas solicitações da sua rede agora há pouco. Esta página tenta de novo sozinha em instantes.

# -- trust, the short questions, the receipt ----------------------------------------------------------------------
trust = O que você autoriza
who-returns = No fim, você volta para { $host }.
undo-meta = Em business.facebook.com: Configurações › Contas do WhatsApp › sua conta › Parceiros. Lá, remova o acesso.
undo-app = No app WhatsApp Business: Configurações › Conta › Plataforma comercial › Desconectar.
trap = Quando o Facebook pedir um número de telefone, informe o seu. Se você escolher usar só um nome de exibição, a Meta atribui um número +1 555 com limitações.

which = Não sabe qual escolher?
which-lead = São quatro perguntas curtas. Pule as que quiser; nada fica guardado.
which-app = Você usa este número no app WhatsApp Business?
which-stay = Você quer continuar conversando pelo app?
which-facebook = Você administra sua empresa no Facebook?
which-code = Este número pode receber um SMS ou uma ligação agora?
yes = Sim
no = Não
which-ask = Recomendar uma opção
which-again = Mudar suas respostas
which-coexistence = O melhor para você: continuar com o app WhatsApp Business
which-dedicated = O melhor para você: usar só com { $project }
which-open = Responda a uma das duas primeiras perguntas e recomendamos uma opção
recommended = Recomendado
have = Tenha à mão:
have-facebook = sua conta do Facebook
have-no-facebook = uma conta do Facebook: a de quem administra sua empresa lá, ou a sua. Se a empresa ainda não está no Facebook, ela é adicionada durante o processo
have-app = o celular com o app WhatsApp Business, na versão mais recente
have-code = o celular que recebe o código por SMS ou ligação
have-no-code = um momento em que este número possa receber um SMS ou uma ligação: o Facebook envia um código para ele
have-delete = o celular com o app: antes de começar, apague nele a conta deste número (Configurações › Conta › Apagar conta) e salve as conversas que quiser manter

receipt = Comprovante
receipt-number = Número
receipt-name = Nome
receipt-platform = Conectado com
receipt-time = Data
receipt-reference = Referência
receipt-keep = Você pode imprimir ou salvar esta página.
meta-number = Este é um número da Meta, com limitações
meta-number-text = Ele começa com +1 555, como os números que a Meta atribui quando se escolhe usar só um nome de exibição no Facebook. Para conectar seu próprio número, peça um novo link a { $project }.

# Behind the name of the type and a dot: "Coexistence · …"
coexistence-fits = se você conversa com clientes pelo app
dedicated-fits = para um número novo, ou se ninguém usa o app

support-link = Ajuda de { $project }
terms-link = Termos
privacy-link = Privacidade

# -- more of what Meta refuses, and what to do about it ---------------------------------------------------------
facebook-down-title = O Facebook não conseguiu terminar
facebook-down-text = Nada mudou. Comece de novo daqui a alguns minutos.
security-check-title = O Facebook quer confirmar que é você
security-check-text = Abra o Facebook e faça o que ele pedir, como ativar a autenticação de dois fatores. Depois, comece de novo.
wrong-account-title = Esta conta do WhatsApp não pode ser compartilhada com { $project }
wrong-account-text = Comece de novo e escolha outra conta do WhatsApp ou crie uma nova.
wrong-business-title = Este número pertence a outra empresa
wrong-business-text = Comece de novo e, quando o Facebook pedir, escolha a empresa a que este número pertence.
not-in-app-title = Este número não está no app WhatsApp Business
not-in-app-text = Comece de novo com o número que você usa no app.
too-new-title = Este número é novo demais no app WhatsApp Business
too-new-text = O WhatsApp quer ver o número em uso primeiro. Continue conversando no app por uma ou duas semanas e comece de novo, ou escolha outro número.
update-app-title = Seu app WhatsApp Business precisa ser atualizado
update-app-text = Atualize o app no celular e comece de novo.
region-title = O WhatsApp ainda não oferece isso no país do seu número
region-text = O app e { $project } não podem dividir este número. Comece de novo com outro número ou fale com { $project }.
elsewhere-title = Este número ainda está conectado a outro serviço
elsewhere-text = Desconecte no app WhatsApp Business: Configurações › Conta › Plataforma comercial › Desconectar. Se o número não estiver no app, quem precisa liberar é o outro serviço. Espere 15 minutos e comece de novo.
other-page-title = Este número está vinculado a outra Página do Facebook
other-page-text = Desvincule o número dessa Página ou comece de novo com a conta do Facebook que a administra.
invalid-number-title = O WhatsApp não pode usar este número
invalid-number-text = Comece de novo e confira o número e o código do país.
too-many-codes-title = Foram pedidos códigos demais
too-many-codes-text = Por enquanto, o WhatsApp não envia mais códigos para este número. Comece de novo daqui a doze horas.
name-title = O Facebook não aceitou o nome da sua empresa
name-text = Comece de novo e escreva o nome e o site como seus clientes os conhecem.
in-review-title = A Meta ainda está analisando sua empresa
in-review-text = Isso pode levar alguns dias. Comece de novo quando a Meta avisar que terminou.
payment-title = A Meta não conseguiu fazer uma cobrança
payment-text = Confira a forma de pagamento em “Configurações do negócio”, na Meta, e comece de novo.
operator-title = { $project } não pode conectar números no momento
operator-text = Você não fez nada de errado: antes, a Meta pede algo a { $project }. Avise { $project }.

# -- links that are over, and signups that stopped on the way ---------------------------------------------------
request-new-link = Pedir um novo link
renewal-requested = Avisamos { $project } que você precisa de um novo link. Você pode fechar esta página.
how-far = Até onde chegou
step-state-stopped = parou aqui

# -- other devices, other browsers, other people ------------------------------------------------------------------
# { $app } is the name of an app such as Instagram.
in-app-named = Você está no navegador interno de { $app }
in-app-unnamed = Você está no navegador interno de outro app
in-app-unsupported = O login do Facebook não funciona aqui. Abra esta página no seu navegador de sempre; o link continua válido.
in-app-doubtful = Se o login do Facebook não abrir aqui, abra esta página no seu navegador de sempre.
open-in-browser = Abrir no navegador
link-label = Link para esta página
copy-link = Copiar link
copied = Copiado
share = Compartilhar

devices-title = O aparelho certo
devices-coexistence-computer = Para continuar com o app: tenha em mãos o celular com o app WhatsApp Business. O Facebook mostra um código nesta tela, e você confirma no app.
devices-coexistence-phone = Para continuar com o app, você precisa de duas telas: em uma, o Facebook mostra um código; na outra, você confirma no app WhatsApp Business. Se o app está neste celular, continue em um computador.
devices-dedicated = Para usar o número só com { $project }: qualquer aparelho serve.
devices-elsewhere = Continuar em outro aparelho
devices-colleague = Outra pessoa tem o acesso ao Facebook?

device-title = Continue em outro aparelho
device-lead = Aponte a câmera do outro aparelho para o código ou abra o link nele. Esta página mostra em que etapa você está.
device-code = Código QR que abre esta página em outro aparelho
device-progress = No outro aparelho
device-opened = Página aberta
device-facebook = Login no Facebook
device-connected = Número conectado
device-look = Ver em que etapa está
device-here = Prefiro continuar aqui
colleague-title = Outra pessoa tem o acesso ao Facebook?
colleague-lead = Envie esta mensagem para ela. Basta ter o link e o login do Facebook.
colleague-label = Mensagem
colleague-subject = Conectar nosso número do WhatsApp com { $project }
colleague-text = Olá, queremos usar nosso número do WhatsApp com { $project }. Você pode abrir este link, entrar com o Facebook e escolher o número? Leva uns cinco minutos.
colleague-copy = Copiar mensagem
colleague-mail = Enviar por e-mail
colleague-whatsapp = Enviar pelo WhatsApp

popup-open = O Facebook abriu em outra janela. Continue por lá; esta página avança automaticamente.
popup-here = Não apareceu nenhuma janela? Continue aqui

# -- um número próprio --------------------------------------------------------------------------------------------
provision-start-title = Um número novo para a sua empresa
provision-start-text = { $project } prepara um número de telefone para você. Depois, você o conecta ao WhatsApp com seu login do Facebook.
provision-country = País
provision-choose = Escolha um país
provision-button = Preparar meu número
provision-buying-title = Preparando o seu número
provision-buying-text = Alguns segundos são normais. Você pode fechar esta página; o número fica guardado para você.
provision-slow-title = Preparando o seu número
provision-slow-text = Está demorando mais do que o normal. Você pode fechar esta página e abrir o link de novo mais tarde; o número fica guardado para você.
provision-unsure-title = Preparando o seu número
provision-unsure-text = Está demorando mais do que o normal: { $project } precisa verificar algo antes. Você pode fechar esta página e abrir o link de novo mais tarde.
provision-ready-title = Seu número novo
provision-ready-text = Agora é só conectá-lo. Deixe esta página aberta: o código de verificação chega aqui.
provision-how-open = Continue com o Facebook abaixo. Ele abre em outra aba.
provision-how-enter = Quando o Facebook pedir um número de telefone, escolha adicionar um e digite este.
provision-how-sms = Peça o código por mensagem de texto (SMS).
provision-how-call = Peça o código por ligação. Nós atendemos e escrevemos o código aqui.
provision-how-code = Volte a esta aba para ver o código e digite-o no Facebook.
provision-copy-number = Copiar número
provision-copy-code = Copiar código
provision-copied = Copiado
provision-code = Código de verificação
provision-code-idle = O código vai aparecer aqui assim que o Facebook o enviar.
provision-code-waiting = Aguardando o código…
provision-code-call = Não chegou em dois minutos? Peça ao Facebook uma ligação: nós atendemos e escrevemos o código aqui.
provision-code-lasts = Digite-o no Facebook em até dez minutos.
provision-recording = Recebemos uma ligação e não conseguimos entender o código. Ouça aqui.
provision-verifying-title = Verificando o seu número
provision-verifying-text = O WhatsApp envia um código para o seu número novo, e nós o inserimos para você. Em geral, leva menos de um minuto. Você pode fechar esta página; o número fica guardado para você.
provision-calling-title = Verificando o seu número
provision-calling-text = O WhatsApp liga para o seu número novo e dita um código. Nós atendemos e o inserimos para você. Pode levar alguns minutos. Você pode fechar esta página; o número fica guardado para você.
provision-verified-title = Seu número novo
provision-verified-text = Ele já está verificado no WhatsApp. Você não precisa de nenhum código.
provision-verified-open = Continue com o Facebook abaixo.
provision-verified-choose = Quando o Facebook pedir um número de telefone, escolha este. Ele aparece como verificado.
provision-verified-finish = Siga os passos do Facebook até o fim. Você volta automaticamente.
provision-connecting-title = Conectando o seu número
provision-connecting-text = O Facebook terminou na outra aba. O resto acontece lá.
provision-connected-title = { $number } está conectado
provision-connected-text = Ele já funciona com { $project }. Você pode fechar esta aba.
provision-other-title = Você conectou outro número
provision-other-text = Tudo bem: ele já funciona com { $project }. O número preparado aqui será devolvido. Você pode fechar esta aba.
provision-area-title = Não há número livre com este código de área
provision-area-text = Use um com outro código de área ou tente mais tarde.
provision-any-area = Usar outro código de área
provision-none-title = Não há número livre neste país no momento
provision-none-text = Tente mais tarde ou fale com { $project }.
provision-later-title = A companhia telefônica não está respondendo
provision-later-text = Nenhum número foi preparado. Tente de novo em alguns minutos.
provision-limit-title = Não é possível preparar mais números no momento
provision-limit-text = Tente amanhã ou fale com { $project }.
provision-closed-title = Não é possível preparar um número no momento
provision-closed-text = { $project } precisa verificar isso. Fale com eles e tente de novo depois.
