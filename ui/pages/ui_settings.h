// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QString>
#include <QtCore/QVariant>

namespace signalbox {

class UiContext;

/*! What pages remember between sessions: pins, columns, the last choice. Lives in `pages.ini` of
 * the home; without a home nothing is remembered. Value type; GUI thread. */
class UiSettings final {
public:
    explicit UiSettings(UiContext &context);
    [[nodiscard]] QVariant value(const QString &key) const;
    void setValue(const QString &key, const QVariant &value) const;
    void remove(const QString &key) const;

private:
    QString m_file;
};

} // namespace signalbox
