// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

namespace signalbox {

/*! Makes `secret` unprintable: every later redact() replaces it. Thread-safe, for the life of the
 *  process. Texts shorter than four characters are not remembered, they would blank out everything.
 */
void rememberSecret(const QString &secret);

//! `text` without known secrets, user-info in URLs and Authorization values. Thread-safe.
[[nodiscard]] QString redact(QString text);

} // namespace signalbox
