// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/artifact_preview.h"

#include "ui/theme/theme.h"
#include "ui/widgets/empty_state.h"

#include <QtCore/QBuffer>
#include <QtCore/QJsonDocument>
#include <QtGui/QImageReader>
#include <QtWidgets/QLabel>
#include <QtWidgets/QPlainTextEdit>
#include <QtWidgets/QStackedWidget>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kMaxPixels = 40'000'000;

const QStringList kText{u"txt"_s, u"md"_s, u"csv"_s, u"tsv"_s, u"log"_s, u"yaml"_s, u"yml"_s,
    u"py"_s, u"sh"_s, u"toml"_s, u"ini"_s, u"cfg"_s, u"html"_s, u"xml"_s, u"svg"_s, u"sql"_s,
    u"lock"_s, u"ndjson"_s, u"jsonl"_s, u"rst"_s, u"r"_s};
const QStringList kImages{u"png"_s, u"jpg"_s, u"jpeg"_s, u"gif"_s, u"bmp"_s};

//! Bytes that are no text are shown as such instead of as garbage.
bool looksBinary(const QByteArray &content)
{
    return content.left(4096).contains('\0');
}

} // namespace

ArtifactPreview::ArtifactPreview(QWidget *parent)
    : QWidget(parent)
    , m_stack(new QStackedWidget(this))
    , m_hint(new EmptyState(this))
    , m_text(new QPlainTextEdit(this))
    , m_image(new QLabel(this))
{
    setObjectName(u"artifactPreview"_s);
    m_text->setObjectName(u"artifactText"_s);
    m_text->setAccessibleName(tr("Content of the file"));
    m_text->setReadOnly(true);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setFont(Theme::instance().numberFont());
    m_image->setObjectName(u"artifactImage"_s);
    m_image->setAlignment(Qt::AlignCenter);
    m_image->setMinimumSize(80, 80);
    m_image->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored);
    m_stack->addWidget(m_hint);
    m_stack->addWidget(m_text);
    m_stack->addWidget(m_image);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);
}

PreviewKind ArtifactPreview::kindOf(const QString &path)
{
    const QString name = path.section(u'/', -1);
    const QString suffix = name.contains(u'.') ? name.section(u'.', -1).toLower() : QString();
    if (suffix == "json"_L1)
        return PreviewKind::Json;
    if (kImages.contains(suffix))
        return PreviewKind::Image;
    static const QStringList kNames{u"MLmodel"_s, u"MLproject"_s, u"Dockerfile"_s, u"README"_s};
    return kText.contains(suffix) || kNames.contains(name) ? PreviewKind::Text : PreviewKind::None;
}

qint64 ArtifactPreview::limitOf(PreviewKind kind)
{
    return kind == PreviewKind::Image ? kMaxImage : kMaxText;
}

void ArtifactPreview::showHint(const QString &icon, const QString &title, const QString &detail)
{
    m_hint->setContent(icon, title, detail);
    m_stack->setCurrentWidget(m_hint);
}

void ArtifactPreview::showContent(PreviewKind kind, const QByteArray &content)
{
    if (kind == PreviewKind::Image) {
        showImage(content);
        return;
    }
    if (looksBinary(content)) {
        showHint(
            u"file"_s, tr("Not a text file"), tr("Save it to look at it with another program."));
        return;
    }
    if (kind == PreviewKind::Json) {
        QJsonParseError error;
        const QJsonDocument json = QJsonDocument::fromJson(content, &error);
        if (error.error == QJsonParseError::NoError) {
            showText(QString::fromUtf8(json.toJson(QJsonDocument::Indented)));
            return;
        }
    }
    showText(QString::fromUtf8(content));
}

void ArtifactPreview::showText(const QString &text)
{
    m_text->setPlainText(text);
    m_stack->setCurrentWidget(m_text);
}

void ArtifactPreview::showImage(const QByteArray &content)
{
    QByteArray bytes = content;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::ReadOnly);
    QImageReader reader(&buffer);
    reader.setDecideFormatFromContent(true);
    const QSize size = reader.size();
    const bool svg = reader.format().startsWith("svg");
    if (svg || !size.isValid() || size.width() * qint64(size.height()) > kMaxPixels) {
        showHint(u"image"_s, tr("This picture is not shown"),
            tr("It is too large or in a format that is not displayed here. It can be saved."));
        return;
    }
    const QImage image = reader.read();
    if (image.isNull()) {
        showHint(u"image"_s, tr("This picture cannot be read"), reader.errorString());
        return;
    }
    m_pixmap = QPixmap::fromImage(image);
    m_stack->setCurrentWidget(m_image);
    fitImage();
}

void ArtifactPreview::fitImage()
{
    if (m_pixmap.isNull())
        return;
    const QSize room = m_stack->size() - QSize(16, 16);
    const bool fits = m_pixmap.width() <= room.width() && m_pixmap.height() <= room.height();
    m_image->setPixmap(fits || room.isEmpty()
            ? m_pixmap
            : m_pixmap.scaled(room, Qt::KeepAspectRatio, Qt::SmoothTransformation));
}

void ArtifactPreview::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    if (showsImage())
        fitImage();
}

QString ArtifactPreview::text() const
{
    return m_stack->currentWidget() == m_text ? m_text->toPlainText() : QString();
}

bool ArtifactPreview::showsImage() const
{
    return m_stack->currentWidget() == m_image;
}

} // namespace signalbox
