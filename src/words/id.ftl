# Indonesian, "Anda". Glossary: WhatsApp Business app = aplikasi WhatsApp Business; log in = masuk; login = login; chat = chat; link = tautan; business = bisnis (small businesses = usaha kecil); business settings = Pengaturan Bisnis; Business Platform = “Platform Bisnis”; two-step verification = verifikasi dua langkah; password = kata sandi; coexistence = Koeksistensi; dedicated = Nomor khusus.
# { $project } is the platform's project name, { $number } a phone number; both arrive isolated for mixed directions.

language-name = Bahasa Indonesia
language-direction = ltr
facebook-locale = id_ID

# -- the setup page -------------------------------------------------------------------------------------------
title = Hubungkan WhatsApp ke { $project }
headline = Hubungkan nomor WhatsApp Anda
lead = { $project } akan mengirim dan menerima pesan WhatsApp untuk bisnis Anda. Anda masuk lewat Facebook; { $project } tidak pernah melihat kata sandi Anda.
question = Bagaimana Anda akan memakai nomor ini?
decided = { $project } sudah menentukan cara nomor ini dihubungkan.

coexistence-name = Tetap pakai aplikasi WhatsApp Business
coexistence-term = Koeksistensi
coexistence-point-app = Anda tetap bisa chat dari aplikasi di ponsel
coexistence-point-beside = { $project } berjalan berdampingan, dengan chat yang sama
coexistence-point-speed = Hingga { NUMBER($speed) } pesan per detik, lebih dari cukup untuk sebagian besar usaha kecil

dedicated-name = Pakai hanya lewat { $project }
dedicated-term = Nomor khusus
dedicated-point-scale = Dirancang untuk tim dan otomatisasi
dedicated-point-speed = Hingga { NUMBER($speed) } pesan per detik
dedicated-point-no-app = Nomor ini tidak bisa lagi dipakai di aplikasi WhatsApp

choose-one = Pilih dulu salah satu dari dua pilihan ini.

continue-with-facebook = Lanjutkan dengan Facebook
last-time = Terakhir kali berhenti di sini:
what-comes-next = Facebook akan terbuka. Anda masuk, memilih bisnis dan nomor, lalu otomatis kembali ke sini. Prosesnya sekitar lima menit.

can = Yang bisa dilakukan { $project }:
can-messages = mengirim dan menerima pesan dengan nomor ini
can-quality = melihat nama dan kualitas nomor ini
can-chats = melihat chat dan kontak di aplikasi WhatsApp Business
can-chats-if = jika aplikasi tetap dipakai: melihat chat dan kontaknya
cannot = Yang tidak bisa dilakukan:
cannot-password = melihat kata sandi Facebook Anda
cannot-private = membaca WhatsApp pribadi Anda di nomor lain
cannot-post = membuat postingan di Facebook
undo = Anda bisa mencabut akses ini kapan saja

language-switcher = Bahasa

# -- while it is being connected --------------------------------------------------------------------------------
progress-title = Menghubungkan nomor Anda
progress-lead = Wajar jika perlu beberapa detik. Anda boleh menutup halaman ini; prosesnya tetap berjalan.
progress-waiting = WhatsApp meminta kami menunggu sebelum mencoba lagi. Anda boleh menutup halaman ini; prosesnya tetap berjalan.
step-login = Login Facebook
step-account = Akun bisnis
step-number = Nomor telepon
step-registration = Pendaftaran
step-history = Riwayat chat
step-done = Selesai
step-state-done = selesai
step-state-now = sedang diproses
step-state-next = belum dimulai

# -- which number -----------------------------------------------------------------------------------------------
number-title = Nomor mana yang ingin dipakai?
number-lead = Lewat login Facebook, Anda membagikan { $count ->
   *[other] { NUMBER($count) } nomor
}. Pilih satu untuk { $project }.
number-connected = sudah terhubung
number-taken = dipakai pelanggan { $project } yang lain
number-confirm = Hubungkan nomor ini
number-again = Nomornya tidak ada di sini? Masuk lagi lewat Facebook
number-choose-one = Pilih salah satu nomor dulu.

# -- endings ----------------------------------------------------------------------------------------------------
connected-title = { $number } sudah terhubung
connected-lead = Nomor ini sekarang aktif di { $project }. Anda boleh menutup halaman ini.

retry = Coba lagi
return-to-platform = Kembali ke { $project }

cancelled-title = Anda keluar dari Facebook sebelum selesai
cancelled-text = Tidak ada yang berubah. Anda bisa mulai lagi kapan saja.
no-number-title = Proses di Facebook selesai tanpa nomor telepon
no-number-text = Mulai lagi, lalu tambahkan nomor yang ingin Anda pakai saat diminta Facebook.
taken-title = Nomor ini sudah dipakai pelanggan { $project } yang lain
taken-text = Pilih nomor lain, atau tanyakan kepada { $project }.
wrong-type-dedicated-title = Nomor ini masih dipakai di aplikasi WhatsApp Business
wrong-type-dedicated-text = { $project } meminta nomor yang tidak dipakai di aplikasi. Mulai lagi dengan nomor lain, atau hapus dulu akun di aplikasi itu.
wrong-type-coexistence-title = Nomor ini tidak ada di aplikasi WhatsApp Business
wrong-type-coexistence-text = { $project } meminta nomor yang tetap dipakai di aplikasi. Mulai lagi dengan nomor yang Anda pakai di sana.
too-late-title = Jawaban dari Facebook terlambat
too-late-text = Ini terjadi jika halaman dibiarkan terbuka terlalu lama. Mulai lagi; kali kedua akan lebih cepat.
limit-title = Facebook belum mengizinkan bisnis Anda menambah akun WhatsApp
limit-text = Memverifikasi bisnis Anda di Meta lebih dulu biasanya membantu.
pin-title = Nomor ini dilindungi PIN
pin-text = Nonaktifkan verifikasi dua langkah di WhatsApp, lalu mulai lagi.
unverified-title = Facebook belum memverifikasi nomor ini
unverified-text = Mulai lagi, lalu masukkan kode yang dikirim Facebook ke nomor itu.
wait-title = WhatsApp menahan nomor ini untuk sementara
wait-text = Nomor ini terlalu sering didaftarkan dalam waktu singkat. Tunggu tiga hari, lalu mulai lagi; tidak ada yang hilang.
pause-title = WhatsApp meminta jeda yang lebih lama
pause-text = Tidak ada yang hilang. Mulai lagi dalam beberapa jam.
blocked-title = Meta membatasi nomor ini
blocked-text = Lihat alasannya di Pengaturan Bisnis Meta. Setelah pembatasannya dicabut, mulai lagi.
number-failed-title = WhatsApp tidak menerima nomor ini
number-failed-text = Tidak ada yang hilang. Tunggu beberapa menit lalu mulai lagi, atau pilih nomor lain.
no-access-title = Facebook tidak memberi kami akses ke nomor Anda
no-access-text = Mulai lagi, dan biarkan semua izin tetap aktif saat Facebook memintanya.
wrong-number-title = Itu nomor yang lain
wrong-number-text = { $project } meminta Anda menghubungkan nomor yang sama seperti sebelumnya. Mulai lagi dan pilih nomor itu.
other-account-title = Itu akun WhatsApp Business yang lain
other-account-text = { $project } meminta Anda menghubungkan nomor di akun WhatsApp Business yang sama seperti sebelumnya. Mulai lagi dan pilih akun itu.
unexpected-number-title = { $project } menunggu nomor yang lain
unexpected-number-text = Tidak ada yang terhubung. Mulai lagi dan pilih nomor yang Anda sepakati dengan { $project }.
exchange-title = Login Facebook tidak berhasil
exchange-text = Tidak ada yang berubah. Tunggu satu menit, lalu mulai lagi. Jika masih terjadi, beri tahu { $project }.
meta-down-title = WhatsApp tidak merespons
meta-down-text = Nomor Anda belum terhubung. Tidak ada yang hilang: tunggu beberapa menit, lalu mulai lagi.

expired-title = Tautan ini sudah kedaluwarsa
expired-text = Minta yang baru dari { $project }.
revoked-title = Ada tautan yang lebih baru
revoked-text = { $project } mengirim tautan lain setelah ini. Buka tautan yang terbaru.
withdrawn-title = Tautan ini tidak berlaku lagi
withdrawn-text = Minta yang baru dari { $project }.
used-title = Semuanya sudah selesai
used-text = Nomornya sudah terhubung. Jika ada yang tidak beres, minta tautan baru dari { $project }.
not-found-title = Tidak ada apa-apa di alamat ini
not-found-text = Mungkin tautannya terpotong. Buka lagi dari pesan yang Anda terima.
other-browser-title = Login ini dimulai di tempat lain
other-browser-text = Tidak ada nomor yang dihubungkan. Buka lagi tautan dari pesan Anda, dan tetap di browser yang sama sampai selesai.
error-title = Ada masalah di pihak kami
error-text = Tidak ada yang hilang. Tunggu satu menit, lalu coba lagi.
error-reference = Referensi { $id }
unsaved-title = Saat ini kami tidak dapat menyimpan apa pun
unsaved-text = Yang sudah Anda lakukan tetap aman. Coba lagi beberapa menit lagi.
bad-request-title = Data yang dikirim tidak sampai dengan benar
bad-request-text = Kembali, lalu coba lagi.
busy-title = Prosesnya lebih lama dari biasanya
busy-text = Tidak ada yang hilang, dan yang sudah dimulai tetap berjalan. Halaman ini akan mencoba lagi sendiri dalam beberapa detik.
crowded-title = Mohon tunggu sebentar
crowded-text = Baru saja ada sangat banyak permintaan dari jaringan Anda. Sebentar lagi halaman ini akan mencoba sendiri.

# -- trust, the short questions, the receipt ----------------------------------------------------------------------
trust = Yang Anda setujui
who-returns = Setelah itu, Anda kembali ke { $host }.
undo-meta = Di business.facebook.com: Pengaturan › Akun WhatsApp › akun Anda › Mitra. Hapus aksesnya di sana.
undo-app = Di aplikasi WhatsApp Business: Setelan › Akun › Platform Bisnis › Putuskan.
trap = Saat Facebook meminta nomor telepon, berikan nomor Anda sendiri. Jika hanya memilih nama tampilan, Anda mendapat nomor +1 555 milik Meta yang terbatas.

which = Belum yakin pilih yang mana?
which-lead = Ada empat pertanyaan singkat. Lewati yang mana saja; jawabannya tidak disimpan.
which-app = Apakah nomor ini Anda pakai di aplikasi WhatsApp Business?
which-stay = Apakah Anda ingin tetap chat dari aplikasi itu?
which-facebook = Apakah Anda mengelola bisnis Anda di Facebook?
which-code = Apakah nomor ini bisa menerima SMS atau telepon sekarang?
yes = Ya
no = Tidak
which-ask = Beri rekomendasi
which-again = Ubah jawaban
which-coexistence = Yang cocok untuk Anda: tetap pakai aplikasi WhatsApp Business
which-dedicated = Yang cocok untuk Anda: pakai hanya lewat { $project }
which-open = Jawab salah satu dari dua pertanyaan pertama, lalu kami bisa memberi rekomendasi
recommended = Direkomendasikan
have = Siapkan:
have-facebook = akun Facebook Anda
have-no-facebook = akun Facebook: milik orang yang mengelola bisnis Anda di sana, atau milik Anda sendiri. Jika bisnis Anda belum ada di Facebook, bisnis itu ditambahkan dalam prosesnya
have-app = ponsel dengan aplikasi WhatsApp Business versi terbaru
have-code = ponsel yang menerima kode lewat SMS atau telepon
have-no-code = waktu saat nomor ini bisa menerima SMS atau telepon: Facebook mengirim kode ke nomor itu
have-delete = ponsel dengan aplikasinya: hapus dulu akun nomor ini di sana (Setelan › Akun › Hapus akun), dan simpan chat yang ingin Anda pertahankan

receipt = Tanda terima
receipt-number = Nomor
receipt-name = Nama
receipt-platform = Terhubung ke
receipt-time = Waktu
receipt-reference = Referensi
receipt-keep = Anda bisa mencetak atau menyimpan halaman ini.
meta-number = Ini nomor milik Meta yang terbatas
meta-number-text = Nomor ini diawali +1 555, seperti nomor yang diberikan jika hanya nama tampilan yang dipilih di Facebook. Untuk menghubungkan nomor Anda sendiri, minta tautan baru dari { $project }.

# Behind the name of the type and a dot: "Coexistence · …"
coexistence-fits = jika Anda chat dengan pelanggan lewat aplikasi
dedicated-fits = untuk nomor baru, atau jika aplikasi tidak dipakai

support-link = Bantuan dari { $project }
terms-link = Ketentuan
privacy-link = Privasi

# -- more of what Meta refuses, and what to do about it ---------------------------------------------------------
facebook-down-title = Facebook tidak dapat menyelesaikannya
facebook-down-text = Tidak ada yang berubah. Tunggu beberapa menit, lalu mulai lagi.
security-check-title = Facebook ingin memastikan bahwa ini memang Anda
security-check-text = Buka Facebook dan ikuti permintaannya di sana, misalnya mengaktifkan autentikasi dua faktor. Setelah itu, mulai lagi.
wrong-account-title = Akun WhatsApp ini tidak dapat dibagikan kepada { $project }
wrong-account-text = Mulai lagi, lalu pilih akun WhatsApp lain atau buat yang baru.
wrong-business-title = Nomor ini milik bisnis lain
wrong-business-text = Mulai lagi, lalu pilih bisnis pemilik nomor ini saat diminta Facebook.
not-in-app-title = Nomor ini tidak ada di aplikasi WhatsApp Business
not-in-app-text = Mulai lagi dengan nomor yang Anda pakai di aplikasi itu.
too-new-title = Nomor ini masih terlalu baru di aplikasi WhatsApp Business
too-new-text = WhatsApp ingin melihat nomor ini dipakai dulu. Tetap pakai untuk chat di aplikasi selama satu atau dua minggu lalu mulai lagi, atau pilih nomor lain.
update-app-title = Aplikasi WhatsApp Business Anda perlu diperbarui
update-app-text = Perbarui aplikasi di ponsel Anda, lalu mulai lagi.
region-title = WhatsApp belum menyediakan ini di negara nomor Anda
region-text = Aplikasi dan { $project } tidak dapat memakai nomor ini bersama-sama. Mulai lagi dengan nomor lain, atau tanyakan kepada { $project }.
elsewhere-title = Nomor ini masih terhubung ke layanan lain
elsewhere-text = Putuskan di aplikasi WhatsApp Business: Setelan › Akun › Platform Bisnis › Putuskan. Jika nomornya tidak ada di aplikasi, layanan lain itu yang harus melepasnya. Tunggu 15 menit, lalu mulai lagi.
other-page-title = Nomor ini tertaut ke Halaman Facebook lain
other-page-text = Lepaskan tautannya dari Halaman itu, atau mulai lagi dengan akun Facebook yang mengelola Halaman tersebut.
invalid-number-title = WhatsApp tidak dapat memakai nomor ini
invalid-number-text = Mulai lagi, lalu periksa nomor dan kode negaranya.
too-many-codes-title = Terlalu banyak kode yang diminta
too-many-codes-text = Untuk sementara, WhatsApp tidak mengirim kode lagi ke nomor ini. Mulai lagi dalam dua belas jam.
name-title = Facebook tidak menerima nama bisnis Anda
name-text = Mulai lagi, lalu tulis nama dan situs web seperti yang dikenal pelanggan Anda.
in-review-title = Meta masih memeriksa bisnis Anda
in-review-text = Ini bisa memakan waktu beberapa hari. Mulai lagi setelah Meta memberi tahu bahwa pemeriksaannya selesai.
payment-title = Meta tidak dapat menarik pembayaran
payment-text = Periksa metode pembayaran di Pengaturan Bisnis Meta, lalu mulai lagi.
operator-title = { $project } belum dapat menghubungkan nomor saat ini
operator-text = Anda tidak melakukan kesalahan: Meta meminta sesuatu dari { $project } lebih dulu. Beri tahu mereka.

# -- links that are over, and signups that stopped on the way ---------------------------------------------------
request-new-link = Minta tautan baru
renewal-requested = Kami sudah memberi tahu { $project } bahwa Anda memerlukan tautan baru. Anda boleh menutup halaman ini.
how-far = Sejauh mana prosesnya
step-state-stopped = berhenti di sini

# -- other devices, other browsers, other people ------------------------------------------------------------------
# { $app } is the name of an app such as Instagram.
in-app-named = Anda membuka halaman ini di browser bawaan { $app }
in-app-unnamed = Anda membuka halaman ini di browser bawaan aplikasi lain
in-app-unsupported = Login Facebook tidak berfungsi di sini. Buka halaman ini di browser yang biasa Anda pakai; tautannya tetap berlaku.
in-app-doubtful = Jika login Facebook tidak terbuka di sini, buka halaman ini di browser yang biasa Anda pakai.
open-in-browser = Buka di browser
link-label = Tautan ke halaman ini
copy-link = Salin tautan
copied = Tersalin
share = Bagikan

devices-title = Perangkat yang tepat
devices-coexistence-computer = Untuk tetap memakai aplikasi: siapkan ponsel dengan aplikasi WhatsApp Business. Facebook menampilkan kode di layar ini, lalu Anda mengonfirmasinya di aplikasi.
devices-coexistence-phone = Untuk tetap memakai aplikasi, Anda perlu dua layar: Facebook menampilkan kode di layar yang satu, lalu Anda mengonfirmasinya di aplikasi WhatsApp Business di layar yang lain. Jika aplikasinya ada di ponsel ini, lanjutkan dari komputer.
devices-dedicated = Untuk memakai nomor hanya lewat { $project }: perangkat apa pun bisa.
devices-elsewhere = Lanjutkan di perangkat lain
devices-colleague = Login Facebook dipegang orang lain?

device-title = Lanjutkan di perangkat lain
device-lead = Pindai kode ini dengan kamera perangkat lain, atau buka tautannya di sana. Halaman ini menunjukkan sudah sampai mana prosesnya.
device-code = Kode QR yang membuka halaman ini di perangkat lain
device-progress = Di perangkat lain
device-opened = Halaman dibuka
device-facebook = Login Facebook
device-connected = Nomor terhubung
device-look = Lihat sudah sampai mana
device-here = Lanjutkan di sini saja
colleague-title = Login Facebook dipegang orang lain?
colleague-lead = Kirim pesan ini kepadanya. Yang diperlukan hanya tautan dan login Facebook.
colleague-label = Pesan
colleague-subject = Menghubungkan nomor WhatsApp kita ke { $project }
colleague-text = Halo, kita ingin memakai nomor WhatsApp kita lewat { $project }. Bisakah Anda membuka tautan ini, masuk lewat Facebook, dan memilih nomornya? Prosesnya sekitar lima menit.
colleague-copy = Salin pesan
colleague-mail = Kirim lewat email
colleague-whatsapp = Kirim lewat WhatsApp

popup-open = Facebook terbuka di jendela terpisah. Lanjutkan di sana; halaman ini akan mengikuti secara otomatis.
popup-here = Jendelanya tidak muncul? Lanjutkan di sini

# -- nomor sendiri ------------------------------------------------------------------------------------------------
provision-start-title = Nomor baru untuk bisnis Anda
provision-start-text = { $project } menyiapkan nomor telepon untuk Anda. Setelah itu Anda menghubungkannya ke WhatsApp dengan login Facebook.
provision-country = Negara
provision-choose = Pilih negara
provision-button = Siapkan nomor saya
provision-buying-title = Menyiapkan nomor Anda
provision-buying-text = Beberapa detik itu wajar. Anda boleh menutup halaman ini; nomornya tetap disimpan untuk Anda.
provision-slow-title = Menyiapkan nomor Anda
provision-slow-text = Ini lebih lama dari biasanya. Anda boleh menutup halaman ini dan membuka tautannya lagi nanti; nomornya tetap disimpan untuk Anda.
provision-unsure-title = Menyiapkan nomor Anda
provision-unsure-text = Ini lebih lama dari biasanya: { $project } perlu memeriksa sesuatu terlebih dahulu. Anda boleh menutup halaman ini dan membuka tautannya lagi nanti.
provision-ready-title = Nomor baru Anda
provision-ready-text = Sekarang nomor ini bisa dihubungkan. Biarkan halaman ini terbuka: kode verifikasi akan tiba di sini.
provision-how-open = Lanjutkan dengan Facebook di bawah. Halamannya terbuka di tab lain.
provision-how-enter = Saat Facebook meminta nomor telepon, pilih untuk menambahkan nomor dan masukkan nomor ini.
provision-how-sms = Minta kodenya lewat SMS.
provision-how-call = Minta kodenya lewat panggilan telepon. Kami menjawabnya dan menuliskan kodenya di sini.
provision-how-code = Kembali ke tab ini untuk melihat kodenya, lalu masukkan di Facebook.
provision-copy-number = Salin nomor
provision-copy-code = Salin kode
provision-copied = Tersalin
provision-code = Kode verifikasi
provision-code-idle = Kode akan muncul di sini setelah Facebook mengirimkannya.
provision-code-waiting = Menunggu kode…
provision-code-call = Belum ada kode setelah dua menit? Minta Facebook menelepon: kami menjawabnya dan menuliskan kodenya di sini.
provision-code-lasts = Masukkan di Facebook dalam sepuluh menit.
provision-recording = Ada panggilan masuk, tetapi kodenya tidak dapat kami tangkap. Dengarkan di sini.
provision-verifying-title = Memverifikasi nomor Anda
provision-verifying-text = WhatsApp mengirimkan kode ke nomor baru Anda, dan kami memasukkannya untuk Anda. Biasanya ini tidak sampai satu menit. Anda boleh menutup halaman ini; nomornya tetap disimpan untuk Anda.
provision-calling-title = Memverifikasi nomor Anda
provision-calling-text = WhatsApp menelepon nomor baru Anda untuk menyebutkan kode. Kami menjawabnya dan memasukkan kodenya untuk Anda. Ini bisa memakan waktu beberapa menit. Anda boleh menutup halaman ini; nomornya tetap disimpan untuk Anda.
provision-verified-title = Nomor baru Anda
provision-verified-text = Nomor ini sudah terverifikasi di WhatsApp. Anda tidak memerlukan kode.
provision-verified-open = Lanjutkan dengan Facebook di bawah.
provision-verified-choose = Saat Facebook meminta nomor telepon, pilih nomor ini. Nomornya ditandai sebagai terverifikasi.
provision-verified-finish = Ikuti langkah-langkah di Facebook sampai selesai. Anda akan kembali secara otomatis.
provision-connecting-title = Menghubungkan nomor Anda
provision-connecting-text = Facebook sudah selesai di tab lain. Prosesnya berlanjut di sana.
provision-connected-title = { $number } sudah terhubung
provision-connected-text = Nomor ini kini berfungsi dengan { $project }. Anda boleh menutup tab ini.
provision-other-title = Anda menghubungkan nomor lain
provision-other-text = Tidak apa-apa: nomor itu kini berfungsi dengan { $project }. Nomor yang disiapkan di sini dikembalikan. Anda boleh menutup tab ini.
provision-area-title = Tidak ada nomor yang tersedia dengan kode area ini
provision-area-text = Ambil nomor dengan kode area lain, atau coba lagi nanti.
provision-any-area = Ambil kode area lain
provision-none-title = Saat ini tidak ada nomor yang tersedia di negara ini
provision-none-text = Coba lagi nanti, atau tanyakan kepada { $project }.
provision-later-title = Operator telepon tidak merespons
provision-later-text = Belum ada nomor yang disiapkan. Coba lagi dalam beberapa menit.
provision-limit-title = Saat ini tidak ada lagi nomor yang bisa disiapkan
provision-limit-text = Coba lagi besok, atau tanyakan kepada { $project }.
provision-closed-title = Saat ini nomor tidak bisa disiapkan
provision-closed-text = { $project } perlu memeriksanya. Tanyakan ke sana, lalu coba lagi.
