// SPDX-License-Identifier: Apache-2.0
#include "core/flows/candidates.h"

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

const QStringList &everyProblem()
{
    static const QStringList problems{u"binary"_s, u"multiclass"_s, u"regression"_s};
    return problems;
}

QList<Candidate> causalCandidates()
{
    const QStringList problems{u"binary"_s, u"regression"_s};
    return {{u"CausalForest"_s, u"causal_ml"_s, problems,
                {u"estimates how the effect differs between rows"_s, u"explains its effects"_s}, 50,
                4.0, 0.7, 0.8},
        {u"LinearDML"_s, u"causal_ml"_s, problems,
            {u"fast"_s, u"easy to explain"_s,
                u"estimates a treatment's effect with low variance"_s},
            10, 1.0, 0.9, 0.9}};
}

QList<Candidate> treeCandidates()
{
    return {{u"XGBoost"_s, u"gradient_boosting"_s, everyProblem(),
                {u"accurate on tables"_s, u"ranks its features"_s, u"robust"_s}, 20, 2.0, 0.6, 0.8},
        {u"LightGBM"_s, u"gradient_boosting"_s, everyProblem(),
            {u"fast to train"_s, u"copes with large tables"_s, u"sparing with memory"_s}, 15, 1.5,
            0.6, 0.95},
        {u"RandomForest"_s, u"ensemble"_s, everyProblem(),
            {u"robust"_s, u"ranks its features"_s, u"needs no scaling"_s}, 30, 3.0, 0.5, 0.7}};
}

QList<Candidate> linearCandidates()
{
    const QStringList classes{u"binary"_s, u"multiclass"_s};
    const QStringList numbers{u"regression"_s};
    return {{u"LogisticRegression"_s, u"linear"_s, classes,
                {u"easy to explain"_s, u"fast"_s, u"stable baseline"_s}, 1, 0.1, 1.0, 1.0},
        {u"Ridge"_s, u"linear"_s, numbers, {u"easy to explain"_s, u"fast"_s, u"stable baseline"_s},
            1, 0.1, 1.0, 1.0},
        {u"Lasso"_s, u"linear"_s, numbers,
            {u"easy to explain"_s, u"fast"_s, u"leaves out what does not help"_s}, 1, 0.1, 1.0,
            1.0}};
}

} // namespace

bool Candidate::isCausal() const
{
    return family == u"causal_ml"_s;
}

bool Candidate::isLinearBaseline() const
{
    return family == u"linear"_s;
}

const QList<Candidate> &allCandidates()
{
    static const QList<Candidate> all = causalCandidates() + treeCandidates() + linearCandidates();
    return all;
}

Result<Candidate> candidateNamed(const QString &name)
{
    QStringList known;
    for (const Candidate &candidate : allCandidates()) {
        if (candidate.name.compare(name.trimmed(), Qt::CaseInsensitive) == 0)
            return candidate;
        known.append(candidate.name);
    }
    return Failure(ErrorKind::InvalidInput, u"There is no algorithm \""_s % name % u"\"."_s,
        u"Known algorithms are "_s % known.join(u", "_s) % u'.');
}

Result<QStringList> candidateNames(const QStringList &names)
{
    QStringList proper;
    for (const QString &name : names) {
        const Result<Candidate> candidate = candidateNamed(name);
        if (!candidate)
            return candidate.failure();
        proper.append(candidate->name);
    }
    return proper;
}

History defaultHistory(const QString &problem)
{
    if (problem == u"regression"_s) {
        return {{u"CausalForest"_s, 0.68}, {u"LinearDML"_s, 0.64}, {u"XGBoost"_s, 0.75},
            {u"LightGBM"_s, 0.73}, {u"RandomForest"_s, 0.70}, {u"Ridge"_s, 0.60},
            {u"Lasso"_s, 0.58}};
    }
    return {{u"CausalForest"_s, 0.72}, {u"LinearDML"_s, 0.68}, {u"XGBoost"_s, 0.78},
        {u"LightGBM"_s, 0.76}, {u"RandomForest"_s, 0.72}, {u"LogisticRegression"_s, 0.65}};
}

QString primaryMetric(const QString &problem)
{
    if (problem == u"regression"_s)
        return u"test_r2"_s;
    return problem == u"multiclass"_s ? u"test_f1_weighted"_s : u"test_roc_auc"_s;
}

} // namespace signalbox
