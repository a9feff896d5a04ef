# SPDX-License-Identifier: GPL-3.0-or-later
"""Speaks the engine's protocol without computing anything, for tests of the flows."""
