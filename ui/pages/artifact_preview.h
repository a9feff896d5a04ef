// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

class QLabel;
class QPlainTextEdit;
class QStackedWidget;

namespace signalbox {

class EmptyState;

//! What a preview may show; decided by name and size before anything is read.
enum class PreviewKind : quint8 { Text, Json, Image, None };

/*! Shows a small file as text or picture. Text is plain, pictures are limited in size before they
 *  are decoded; nothing in a file is executed or fetched. Main thread. */
class ArtifactPreview final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ArtifactPreview)

public:
    static constexpr qint64 kMaxText = 512 * 1024;
    static constexpr qint64 kMaxImage = 8 * 1024 * 1024;

    explicit ArtifactPreview(QWidget *parent = nullptr);

    [[nodiscard]] static PreviewKind kindOf(const QString &path);
    [[nodiscard]] static qint64 limitOf(PreviewKind kind);

    void showHint(const QString &icon, const QString &title, const QString &detail = {});
    //! Decides by kind; a picture or JSON that does not decode is said so or shown as text.
    void showContent(PreviewKind kind, const QByteArray &content);
    [[nodiscard]] QString text() const; //!< What is shown as text; empty otherwise.
    [[nodiscard]] bool showsImage() const;

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void showText(const QString &text);
    void showImage(const QByteArray &content);
    void fitImage();
    QStackedWidget *m_stack = nullptr;
    EmptyState *m_hint = nullptr;
    QPlainTextEdit *m_text = nullptr;
    QLabel *m_image = nullptr;
    QPixmap m_pixmap;
};

} // namespace signalbox
