// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/http_message.h"

#include <QtCore/QSortFilterProxyModel>

#include <optional>

namespace signalbox {

class RequestLogModel;

//! The rows of the request log that contain a text, optionally only failures or one class. The log
//! is bounded, so a proxy is quick enough.
class RequestFilterModel final : public QSortFilterProxyModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RequestFilterModel)

public:
    explicit RequestFilterModel(RequestLogModel &log, QObject *parent = nullptr);
    void setText(const QString &text);
    void setOnlyFailures(bool only);
    void setClass(std::optional<RequestClass> requestClass); //!< Nothing shows all.
    //! What is shown, newest first; only these rows unless empty.
    [[nodiscard]] QList<AttemptRecord> records(const QList<int> &rows = {}) const;

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex &parent) const override;

private:
    RequestLogModel &m_log;
    QString m_text;
    bool m_onlyFailures = false;
    std::optional<RequestClass> m_class;
};

} // namespace signalbox
