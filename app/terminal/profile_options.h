// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workspace/profile.h"

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace signalbox {

//! A profile as the command line wants it, with the password that its URL held.
struct ProfileChange {
    Profile profile;
    QString password;
    QString notice;
};

//! The options of `profile add`; what is not given stays as it is.
struct ProfileOptions {
    void addTo(CLI::App &command);
    [[nodiscard]] QString name() const { return QString::fromStdString(m_name); }
    //! InvalidInput for what cannot be understood.
    [[nodiscard]] Result<ProfileChange> applyTo(Profile profile) const;

    bool replace = false;
    bool use = false;
    bool secretFromStdin = false;

private:
    [[nodiscard]] Result<void> applyLogin(Profile &profile, const QString &userInUrl) const;
    [[nodiscard]] Result<void> applyProxy(ProfileChange &change) const;
    void applyFiles(Profile &profile) const;
    std::string m_name;
    std::optional<std::string> m_url;
    std::optional<std::string> m_auth;
    std::optional<std::string> m_user;
    std::optional<std::string> m_header;
    std::optional<std::string> m_caFile;
    std::optional<std::string> m_clientCert;
    std::optional<std::string> m_clientKey;
    std::optional<std::string> m_proxy;
    std::optional<std::string> m_proxyUser;
    std::optional<std::string> m_workspace;
    std::optional<int> m_requestTimeout;
    std::optional<int> m_probeTimeout;
    std::optional<bool> m_insecure;
};

//! "system", "none" or "host:port", with the user where there is one.
[[nodiscard]] QString shownProxy(const ProxySettings &proxy);

} // namespace signalbox
