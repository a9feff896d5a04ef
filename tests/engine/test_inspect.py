# SPDX-License-Identifier: GPL-3.0-or-later
"""inspect: types, roles, problems, leaks and odd files."""

import gzip
import hashlib
import unittest

from support import EngineCase, messy_csv, messy_frame


class InspectTest(EngineCase):
    def columns(self, result):
        return {column["name"]: column for column in result["columns"]}

    def test_demo_data(self):
        for name, target, problem in (("breast_cancer", "diagnosis", "binary"),
                                      ("wine", "cultivar", "multiclass"),
                                      ("diabetes", "progression", "regression")):
            path = self.demo(name)
            result = self.run_job("inspect", path, target).last
            self.assertEqual(result["problem"], problem)
            self.assertEqual(result["data"]["digest"],
                             hashlib.sha256(path.read_bytes()).hexdigest()[:32])
            self.assertEqual(result["leaks"], [])
            self.assertTrue(result["qc"]["passed"])
            self.assertEqual("LogisticRegression" in result["suitable"], problem != "regression")

    def test_every_kind_of_column(self):
        path = messy_csv(self.dir / "m.csv", "answer")
        result = self.run_job("inspect", path, "answer", preview_rows=7).last
        columns = self.columns(result)
        kinds = {name: (column["type"], column["role"]) for name, column in columns.items()}
        self.assertEqual(kinds, {
            "row_id": ("integer", "dropped"), "code": ("text", "dropped"),
            "age": ("integer", "feature"), "visits": ("integer", "feature"),
            "income": ("real", "feature"), "city": ("text", "feature"),
            "street": ("text", "feature"), "flag": ("boolean", "feature"),
            "maybe": ("boolean", "feature"), "when": ("date", "feature"),
            "same": ("integer", "dropped"), "empty": ("real", "dropped"),
            "größe, in cm": ("real", "feature"), "answer": ("text", "target")})
        self.assertEqual(columns["age"]["missing"], 40)
        self.assertEqual(len(result["preview"]["rows"]), 7)
        self.assertEqual(result["preview"]["columns"], list(columns))
        frame = messy_frame()
        counts = {entry["label"]: entry["count"] for entry in result["target"]["classes"]}
        self.assertEqual(counts, frame["answer"].value_counts().to_dict())

    def test_delimiters_encodings_and_compression(self):
        plain = "name;größe;t\n" + "".join(f"n{k % 3};{k},5;{k % 2}\n" for k in range(50))
        for name, raw, encoding in (
                ("utf8.csv", plain.encode(), "utf-8"), ("latin.csv", plain.encode("latin-1"),
                                                        "latin-1"),
                ("bom.csv", plain.encode("utf-8-sig"), "utf-8-sig"),
                ("utf16.csv", plain.encode("utf-16"), "utf-16"),
                ("packed.csv.gz", gzip.compress(plain.encode()), "utf-8")):
            with self.subTest(name=name):
                result = self.run_job("inspect", self.write(name, raw), "t").last
                self.assertEqual(result["data"]["encoding"], encoding)
                self.assertEqual(result["data"]["delimiter"], ";")
                self.assertEqual(self.columns(result)["größe"]["type"], "real")

    def test_tables_that_do_not_fit_their_header(self):
        for name, text in (("ragged.csv", "a,b\n1,2\n3,4,5\n"),
                           ("names.csv", "a,b\n" + "".join(f"{k},{k},1\n" for k in range(1, 9)))):
            self.assert_error(self.run_job("inspect", self.write(name, text)), "unreadable_data",
                              name)

    def test_few_categories_are_no_bad_quality(self):
        rows = [f"{k % 3},{'ab'[k % 2]},{'yn'[k * 7 % 11 % 2]}" for k in range(500)]
        path = self.write("cats.csv", "x,y,t\n" + "\n".join(rows) + "\n")
        qc = self.run_job("inspect", path, "t").last["qc"]
        self.assertTrue(qc["passed"], qc)
        self.assertIn("repetitions", " ".join(qc["warnings"]))

    def test_parquet_is_recognised_by_its_content(self):
        path = self.dir / "data.bin"
        messy_frame().assign(city=lambda frame: frame.city.astype("category")).to_parquet(path)
        result = self.run_job("inspect", path, "value").last
        self.assertEqual(result["data"]["format"], "parquet")
        self.assertEqual(self.columns(result)["city"]["type"], "text")
        self.assertEqual(result["problem"], "regression")
        self.assertEqual({leak["column"] for leak in result["leaks"]} & {"age", "city"}, set())

    def test_leaks_are_found(self):
        rows = [f"{k},{k * 7919 % 613},{'yes' if k % 2 else 'no'},{k % 2},{k % 5}"
                for k in range(200)]
        path = self.write("leak.csv", "a,noise,t,copy,b\n" + "\n".join(rows) + "\n")
        leaks = self.run_job("inspect", path, "t").last["leaks"]
        self.assertEqual([(leak["column"], leak["severity"]) for leak in leaks],
                         [("copy", "critical")])


if __name__ == "__main__":
    unittest.main()
