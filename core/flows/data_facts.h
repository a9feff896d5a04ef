// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/flows/flow_specs.h"

namespace signalbox {

/*! What the engine's `inspect` found out about a table: the facts that flows decide on, and the
 *  whole answer for forms. Immutable value. */
class DataFacts final {
public:
    //! InvalidInput when the table cannot be learned from, with every reason.
    [[nodiscard]] static Result<DataFacts> from(
        const QJsonObject &inspection, const QString &allowLeakage = {});

    [[nodiscard]] QString problem() const; //!< binary, multiclass or regression
    [[nodiscard]] qint64 rows() const;
    [[nodiscard]] qint64 columns() const;
    [[nodiscard]] QString digest() const;
    [[nodiscard]] QString target() const;
    [[nodiscard]] QStringList suitable() const; //!< Algorithms the engine offers for the problem.
    [[nodiscard]] QString summary() const; //!< "569 rows, 31 columns, binary"
    //! As an input of a run; context "training".
    [[nodiscard]] mlflow::DatasetInput dataset() const;

private:
    [[nodiscard]] QJsonObject data() const;
    QJsonObject m_json;
};

//! Everything that can be said about a DataSpec without opening the file's content.
[[nodiscard]] Result<void> checkData(const DataSpec &data);

//! The experiment a flow records into when none was named: the model, else the file's base name.
[[nodiscard]] QString experimentFor(
    const QString &named, const QString &model, const DataSpec &data);

} // namespace signalbox
