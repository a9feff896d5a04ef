// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace signalbox::test {

//! A self-signed certificate for 127.0.0.1 and its key, made for these tests and used nowhere else.
inline constexpr char kUntrustedCertificate[] = R"(-----BEGIN CERTIFICATE-----
MIIBmjCCAUCgAwIBAgIUR9+zqkTn9MF+zdTBDYjQKpGKwRswCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOdW50cnVzdGVkLnRlc3QwIBcNMjYxMTIzMjA0MTUxWhgPMjEy
NjEwMzAyMDQxNTFaMBkxFzAVBgNVBAMMDnVudHJ1c3RlZC50ZXN0MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEUppEQC95xalWjN7KDv/RyBGfDnboKp7td/9/XNo/
za92peyoMuNcbQlxkgbbItN42DvTu1BDAGLG+Jzhw0lqx6NkMGIwHQYDVR0OBBYE
FLOFErxUIZmvG6pVy2L2jVCKIuFaMB8GA1UdIwQYMBaAFLOFErxUIZmvG6pVy2L2
jVCKIuFaMA8GA1UdEwEB/wQFMAMBAf8wDwYDVR0RBAgwBocEfwAAATAKBggqhkjO
PQQDAgNIADBFAiEAmGJf6w2oxPjX3hClSCM/AoVe/X/5uLwAwfXcnk98TYoCIHkK
qQQMtTzFCOifhYtOkA4d/3P5C7EDVJ/10nB2zSqG
-----END CERTIFICATE-----
)";

inline constexpr char kUntrustedKey[] = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgD9ErnQqGBrbhGv29
+Edi9G9glasjr2Yx6I+RcxmTlE+hRANCAARSmkRAL3nFqVaM3soO/9HIEZ8Odugq
nu13/39c2j/Nr3al7Kgy41xtCXGSBtsi03jYO9O7UEMAYsb4nOHDSWrH
-----END PRIVATE KEY-----
)";

} // namespace signalbox::test
