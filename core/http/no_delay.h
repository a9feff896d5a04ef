// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/qglobal.h>

namespace signalbox {

/*! Lets what this process writes to connections to that port leave at once. Qt leaves Nagle's
 *  algorithm on and offers no way to its sockets, and a body of more than 48 KB, which it writes in
 *  pieces, then waits 40 ms for the acknowledgement of the last piece but one. A connection that is
 *  missed is only slower. Any thread. */
void sendWithoutDelay(quint16 port);

} // namespace signalbox
