// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/secret_input.h"

#include "core/base/redaction.h"

#include <cstdio>
#include <termios.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qsizetype kLongest = 64 * 1024;

//! Nothing typed is shown while it lives.
class NoEcho final {
public:
    NoEcho()
        : m_isTerminal(::tcgetattr(STDIN_FILENO, &m_before) == 0)
    {
        if (!m_isTerminal)
            return;
        termios quiet = m_before;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    ~NoEcho()
    {
        if (m_isTerminal)
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &m_before);
    }
    Q_DISABLE_COPY_MOVE(NoEcho)

private:
    termios m_before{};
    bool m_isTerminal;
};

QByteArray lineOfStdin()
{
    QByteArray line;
    for (int c = std::getchar(); c != EOF && c != '\n' && line.size() < kLongest;
         c = std::getchar())
        line += static_cast<char>(c);
    return line;
}

} // namespace

Result<QString> readSecret(const QString &prompt)
{
    const bool asks = ::isatty(STDIN_FILENO) == 1;
    if (asks)
        std::fputs((prompt % u": "_s).toLocal8Bit().constData(), stderr);
    QByteArray line;
    {
        const NoEcho quiet;
        line = lineOfStdin();
    }
    if (asks)
        std::fputc('\n', stderr);
    while (line.endsWith('\r'))
        line.chop(1);
    const QString secret = QString::fromUtf8(line);
    if (secret.isEmpty())
        return Failure(ErrorKind::InvalidInput, u"No secret was given."_s,
            u"Type it, or pass it as the first line of stdin."_s);
    rememberSecret(secret);
    return secret;
}

} // namespace signalbox
