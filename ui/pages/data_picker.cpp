// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/data_picker.h"

#include "core/base/redaction.h"
#include "ui/models/formatters.h"
#include "ui/pages/ui_context.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/plain_label.h"

#include <QtCore/QFileInfo>
#include <QtCore/QJsonArray>
#include <QtCore/QTimer>
#include <QtGui/QStandardItemModel>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QFormLayout>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QMenu>
#include <QtWidgets/QProgressBar>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QVBoxLayout>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr int kPreviewRows = 12;

QString guessTarget(const QStringList &columns)
{
    for (const QString &name : {u"target"_s, u"label"_s, u"class"_s, u"y"_s, u"outcome"_s}) {
        const qsizetype at = columns.indexOf(name, 0);
        if (at >= 0)
            return columns.at(at);
    }
    return columns.value(columns.size() - 1);
}

QString targetFacts(const QJsonObject &report)
{
    const QJsonObject target = report.value("target"_L1).toObject();
    QStringList classes;
    for (const QJsonValue &entry : target.value("classes"_L1).toArray()) {
        const QString label = format::oneLine(entry["label"_L1].toString(), 24);
        classes.append(label + u' ' + format::count(entry["count"_L1].toInteger()));
        if (classes.size() == 4)
            break;
    }
    if (!classes.isEmpty())
        return classes.join(u", "_s);
    if (!target.contains("min"_L1))
        return {};
    return format::number(target.value("min"_L1).toDouble()) + u" to "
        + format::number(target.value("max"_L1).toDouble());
}

} // namespace

DataPicker::DataPicker(UiContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_file(new QLineEdit(this))
    , m_browse(new QPushButton(tr("Browse…"), this))
    , m_demo(new QPushButton(tr("Use demo data"), this))
    , m_target(new QComboBox(this))
    , m_problem(new QComboBox(this))
    , m_facts(new PlainLabel(this))
    , m_error(new PlainLabel(this))
    , m_busy(new QProgressBar(this))
    , m_preview(new DataTable(this))
    , m_rows(new QStandardItemModel(this))
    , m_timer(new QTimer(this))
{
    setObjectName(u"dataPicker"_s);
    build();
    m_timer->setSingleShot(true);
    m_timer->setInterval(400);
    connect(m_timer, &QTimer::timeout, this, &DataPicker::inspect);
    connect(m_browse, &QPushButton::clicked, this, &DataPicker::browse);
    connect(m_file, &QLineEdit::textChanged, this, [this] {
        m_report = {};
        m_failure.clear();
        m_timer->start();
        showFacts();
    });
    connect(m_target, &QComboBox::currentTextChanged, this, [this] {
        if (!m_filling)
            inspect();
    });
    connect(m_problem, &QComboBox::currentIndexChanged, this, [this] {
        if (!m_filling)
            inspect();
    });
    showFacts();
}

void DataPicker::build()
{
    m_file->setObjectName(u"dataFileEdit"_s);
    m_file->setAccessibleName(tr("Data file"));
    m_file->setPlaceholderText(tr("CSV or Parquet file"));
    m_browse->setObjectName(u"browseDataButton"_s);
    m_demo->setObjectName(u"demoDataButton"_s);
    auto *menu = new QMenu(m_demo);
    for (const auto &[name, title] : {std::pair{u"breast_cancer"_s, tr("Breast cancer (binary)")},
             {u"wine"_s, tr("Wine (multiclass)")}, {u"diabetes"_s, tr("Diabetes (regression)")}}) {
        QAction *action = menu->addAction(title);
        action->setObjectName(u"demo_"_s + name);
        connect(action, &QAction::triggered, this, [this, id = name] { useDemo(id); });
    }
    m_demo->setMenu(menu);
    m_demo->setProperty("kind", u"menu"_s);
    m_target->setObjectName(u"targetCombo"_s);
    m_target->setAccessibleName(tr("Target column"));
    m_target->setMinimumWidth(200);
    m_problem->setObjectName(u"problemCombo"_s);
    m_problem->setAccessibleName(tr("Kind of problem"));
    for (const auto &[word, title] :
        {std::pair{u"auto"_s, tr("Detect the problem")}, {u"binary"_s, tr("Binary")},
            {u"multiclass"_s, tr("Multiclass")}, {u"regression"_s, tr("Regression")}})
        m_problem->addItem(title, word);
    m_facts->setObjectName(u"dataFacts"_s);
    m_facts->setLevel(u"muted"_s);
    m_error->setObjectName(u"dataError"_s);
    m_error->setLevel(u"bad"_s);
    m_busy->setRange(0, 0);
    m_busy->setAccessibleName(tr("Reading the data"));
    m_preview->setObjectName(u"dataPreview"_s);
    m_preview->setAccessibleName(tr("First rows of the data"));
    m_preview->setModel(m_rows);
    m_preview->setFixedHeight(kRowHeight * 8);
    auto *fileRow = new QHBoxLayout;
    fileRow->setSpacing(kGrid);
    fileRow->addWidget(m_file, 1);
    fileRow->addWidget(m_browse);
    fileRow->addWidget(m_demo);
    auto *targetRow = new QHBoxLayout;
    targetRow->setSpacing(kGrid);
    targetRow->addWidget(m_target, 1);
    targetRow->addWidget(m_problem);
    auto *form = new QFormLayout;
    form->setHorizontalSpacing(kGrid * 2);
    form->setVerticalSpacing(kGrid);
    form->addRow(tr("Data"), fileRow);
    form->labelForField(fileRow)->setMinimumWidth(kFormLabelWidth);
    form->addRow(tr("Target"), targetRow);
    form->addRow(QString(), m_facts);
    form->addRow(QString(), m_error);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addLayout(form);
    layout->addWidget(m_busy);
    layout->addWidget(m_preview);
}

void DataPicker::setFile(const QString &file)
{
    m_file->setText(file);
    m_timer->stop();
    inspect();
}

void DataPicker::browse()
{
    FileQuestion question;
    question.title = tr("Choose data");
    question.directory = QFileInfo(m_file->text()).path();
    question.filters = {tr("Tables (*.csv *.tsv *.csv.gz *.parquet)"), tr("All files (*)")};
    m_context.dialogs().openFile(this, question, [this](const QString &file) {
        if (!file.isEmpty())
            setFile(file);
    });
}

void DataPicker::useDemo(const QString &name)
{
    m_failure.clear();
    m_demoCall = m_tools.makeDemo(name);
    m_demoCall.call().then(this, [this, name](const Result<DemoData> &demo) {
        if (!demo) {
            if (demo.error().kind != ErrorKind::Cancelled)
                m_failure = demo.error().text();
            showFacts();
            return;
        }
        m_wantedTarget = demo->target;
        setFile(demo->file);
        Q_EMIT demoReady(name);
    });
    showFacts();
}

void DataPicker::inspect()
{
    DataSpec wanted = spec();
    if (wanted.file.isEmpty() || !m_tools.inspect) {
        m_call.cancel();
        showFacts();
        return;
    }
    if (wanted.file != m_inspectedFile)
        wanted.target = m_wantedTarget; // the columns on screen belong to another file
    m_failure.clear();
    m_call = m_tools.inspect(wanted);
    m_call.call().then(this, [this, file = wanted.file](const Result<QJsonObject> &result) {
        if (file != m_file->text().trimmed())
            return;
        if (result || result.error().kind != ErrorKind::Cancelled)
            takeReport(result);
    });
    showFacts();
}

void DataPicker::takeReport(const Result<QJsonObject> &result)
{
    if (!result) {
        m_report = {};
        m_failure = result.error().text();
        showFacts();
        return;
    }
    m_report = *result;
    const bool newFile = m_inspectedFile != m_file->text().trimmed();
    m_inspectedFile = m_file->text().trimmed();
    if (newFile) {
        showPreview();
        fillTargets();
    }
    m_wantedTarget.clear();
    if (m_report.value("target"_L1).toObject().isEmpty() && !m_target->currentText().isEmpty())
        inspect(); // now that the columns are known: what kind of problem is it?
    showFacts();
}

void DataPicker::showPreview()
{
    const QJsonObject preview = m_report.value("preview"_L1).toObject();
    m_rows->clear();
    QStringList header;
    for (const QJsonValue &name : preview.value("columns"_L1).toArray())
        header.append(format::oneLine(name.toString(), 60));
    m_rows->setHorizontalHeaderLabels(header);
    const QJsonArray rows = preview.value("rows"_L1).toArray();
    for (qsizetype r = 0; r < std::min<qsizetype>(rows.size(), kPreviewRows); ++r) {
        QList<QStandardItem *> items;
        for (const QJsonValue &cell : rows.at(r).toArray())
            items.append(new QStandardItem(format::oneLine(cell.toString(), 80)));
        m_rows->appendRow(items);
    }
    m_preview->resizeColumnsToContents();
    for (int i = 0; i < m_rows->columnCount(); ++i) // the header is bold, which is not measured
        m_preview->setColumnWidth(i, m_preview->columnWidth(i) + kGrid * 3 / 2);
}

void DataPicker::fillTargets()
{
    m_filling = true;
    const QString before = m_wantedTarget.isEmpty() ? m_target->currentText() : m_wantedTarget;
    m_target->clear();
    QStringList names;
    for (const QJsonValue &column : m_report.value("columns"_L1).toArray())
        names.append(column["name"_L1].toString());
    m_target->addItems(names);
    m_target->setCurrentText(names.contains(before) ? before : guessTarget(names));
    m_filling = false;
}

void DataPicker::showFacts()
{
    m_busy->setVisible(isBusy());
    m_preview->setVisible(m_rows->rowCount() > 0);
    const QJsonObject table = m_report.value("data"_L1).toObject();
    QStringList facts;
    if (!table.isEmpty()) {
        facts.append(tr("%1 rows").arg(format::count(table.value("rows"_L1).toInteger())));
        facts.append(tr("%1 columns").arg(m_report.value("columns"_L1).toArray().size()));
    }
    if (const QString kind = m_report.value("problem"_L1).toString(); !kind.isEmpty())
        facts.append(tr("detected: %1").arg(kind));
    if (const QString about = targetFacts(m_report); !about.isEmpty())
        facts.append(about);
    for (const QJsonValue &leak : m_report.value("leaks"_L1).toArray())
        facts.append(tr("leak suspect: %1").arg(format::oneLine(leak["column"_L1].toString(), 40)));
    if (isBusy())
        facts.append(tr("looking at the data…"));
    m_facts->setText(facts.join(u" · "_s));
    const QJsonArray blocking = m_report.value("qc"_L1)["blocking"_L1].toArray();
    QString wrong = format::oneLine(redact(m_failure), 400);
    if (wrong.isEmpty() && !blocking.isEmpty())
        wrong = format::oneLine(blocking.at(0).toString(), 300);
    m_error->setText(wrong);
    m_error->setVisible(!wrong.isEmpty());
    Q_EMIT changed();
}

DataSpec DataPicker::spec() const
{
    DataSpec result;
    result.file = m_file->text().trimmed();
    result.target = m_target->currentText();
    result.problem = m_problem->currentData().toString();
    return result;
}

QString DataPicker::problem() const
{
    if (m_file->text().trimmed().isEmpty())
        return tr("Choose a data file, or use the demo data.");
    if (!m_failure.isEmpty())
        return tr("The data cannot be used.");
    if (isBusy())
        return tr("Looking at the data…");
    if (m_target->currentText().isEmpty() || m_report.isEmpty())
        return tr("Choose the target column.");
    return {};
}

QStringList DataPicker::suitableAlgorithms() const
{
    QStringList names;
    for (const QJsonValue &name : m_report.value("suitable"_L1).toArray())
        names.append(name.toString());
    return names;
}

QString DataPicker::suggestedName() const
{
    return QFileInfo(m_file->text().trimmed()).baseName();
}

} // namespace signalbox
