# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the sources and checks the rules of the house that no compiler checks.

Which folder may include which, what core must not know, and which calls are banned everywhere.
Each rule is also tried on a line that breaks it, so that a rule that never fires is noticed.
"""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Module -> what it may include besides itself. Lower layers are listed once and followed.
ALLOWED = {
    "core/base": set(),
    "core/resilience": {"core/base"},
    "core/json": {"core/base"},
    "core/http": {"core/resilience", "core/json", "core/base"},
    "core/mlflow": {"core/http"},
    "core/tracking": {"core/mlflow"},
    "core/mirror": {"core/mlflow"},
    "core/engine": {"core/json"},
    "core/workspace": {"core/mlflow", "core/engine"},
    "core/promotion": {"core/tracking"},
    "core/flows": {"core/promotion", "core/engine", "core/mirror", "core/workspace"},
    "ui": {"core"},
    "app": {"ui", "core"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+"((?:core|ui|app)/[^"]+)"', re.M)
BANNED = {
    "nested event loop": re.compile(r"\bQEventLoop\b|\bprocessEvents\s*\("),
    "modal exec": re.compile(r"(?:->|\.)exec\s*\(\s*\)"),
    "sender()": re.compile(r"\bsender\s*\(\s*\)"),
    "string connect": re.compile(r"\b(?:SIGNAL|SLOT)\s*\("),
    "QFuture": re.compile(r"\bQFuture\b|\bQtConcurrent\b"),
    "thread sleep": re.compile(r"\bsleep_for\s*\(|\bQThread::m?sleep\s*\("),
}
LICENCES = {"core": "Apache-2.0", "ui": "GPL-3.0-or-later", "app": "GPL-3.0-or-later"}


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".h", ".cpp"):
                yield path


def module_of(relative):
    parts = relative.split("/")
    return "/".join(parts[:2]) if parts[0] == "core" else parts[0]


def reachable(module):
    """Every module that `module` may include, transitively."""
    seen, todo = {module}, [module]
    while todo:
        for other in ALLOWED.get(todo.pop(), ()):
            if other == "core":
                new = {name for name in ALLOWED if name.startswith("core/")}
            else:
                new = {other}
            todo.extend(new - seen)
            seen |= new
    return seen


def wrong_includes(relative, text):
    allowed = reachable(module_of(relative))
    return [inc for inc in INCLUDE.findall(text) if module_of(inc) not in allowed]


class Architecture(unittest.TestCase):
    def test_includes_follow_the_allowed_direction(self):
        wrong = []
        for path in sources("core", "ui", "app"):
            relative = path.relative_to(ROOT).as_posix()
            wrong += [f"{relative} includes {inc}" for inc in wrong_includes(relative, path.read_text())]
        self.assertEqual(wrong, [])

    def test_the_direction_rule_notices_a_wrong_include(self):
        self.assertTrue(wrong_includes("core/http/x.h", '#include "core/mlflow/server.h"\n'))
        self.assertTrue(wrong_includes("ui/pages/x.h", '#include "app/composition/session.h"\n'))
        self.assertFalse(wrong_includes("core/flows/x.h", '#include "core/base/call.h"\n'))

    def test_every_core_module_is_known(self):
        folders = {f"core/{p.name}" for p in (ROOT / "core").iterdir() if p.is_dir()}
        self.assertLessEqual(folders, set(ALLOWED))

    def test_core_knows_no_widgets(self):
        gui = re.compile(r"#include\s+<Qt(Widgets|Gui|Charts|Svg)/")
        self.assertTrue(gui.search("#include <QtWidgets/QLabel>"))
        self.assertEqual([str(p) for p in sources("core") if gui.search(p.read_text())], [])

    def test_only_the_transport_knows_the_network_manager(self):
        users = {p.stem for p in sources("core", "ui", "app") if "QNetworkAccessManager" in p.read_text()
                 and re.search(r"#include\s+<QtNetwork/QNetworkAccessManager>|QNetworkAccessManager\s+m_", p.read_text())}
        self.assertLessEqual(users, {"qnam_transport"})
        self.assertTrue(users)

    def test_only_mlflow_and_its_callers_below_know_the_paths(self):
        path = re.compile(r'u?"/?(?:api|ajax-api)/\d\.0/')
        users = [p.relative_to(ROOT).as_posix() for p in sources("core", "ui", "app") if path.search(p.read_text())]
        self.assertTrue(users)
        self.assertEqual([u for u in users if not u.startswith(("core/mlflow/", "core/http/http_message.h"))], [])

    def test_only_tracking_writes_to_the_server(self):
        groups = {"core/mlflow/" + name for name in ("runs_api.h", "experiments_api.h", "registry_api.h",
                                                     "artifacts_api.h", "logged_models_api.h")}
        declared = re.findall(r"\bCall<.*?>+\s+(\w+)\(", "".join((ROOT / g).read_text() for g in groups))
        writes = {name for name in declared if re.match(
            "create|update|delete|set|log|transition|restore|upload|finali|rename|finish|end|put", name)}
        self.assertLessEqual({"logBatch", "createVersion", "setAlias", "transitionStage"}, writes)
        group = "|".join(re.findall(r"Api\s+(\w+);", (ROOT / "core/mlflow/server.h").read_text()))
        call = re.compile(rf"(?:\.|->|\b)(?:{group})\.(?:{'|'.join(writes)})\(")
        users = {p.relative_to(ROOT).as_posix() for p in sources("core", "ui", "app") if call.search(p.read_text())}
        self.assertTrue(users)
        self.assertEqual([u for u in sorted(users) if not u.startswith("core/tracking/")], [])

    def test_banned_calls_are_absent(self):
        found = []
        for path in sources("core", "ui", "app"):
            code = re.sub(r"//.*", "", path.read_text())
            code = re.sub(r"/\*.*?\*/", "", code, flags=re.S)
            main = path.name == "main.cpp"
            for what, pattern in BANNED.items():
                if main and what == "modal exec":
                    continue
                found += [f"{path.relative_to(ROOT)}: {what}"] if pattern.search(code) else []
        self.assertEqual(found, [])

    def test_every_source_names_its_licence(self):
        missing = []
        for folder, licence in LICENCES.items():
            for path in sources(folder):
                first = path.read_text().split("\n", 1)[0]
                if first != f"// SPDX-License-Identifier: {licence}":
                    missing.append(str(path.relative_to(ROOT)))
        self.assertEqual(missing, [])

    def test_no_file_grew_two_jobs(self):
        limits = {".h": 200, ".cpp": 400}
        long = [f"{p.relative_to(ROOT)}: {n}" for p in sources("core", "ui", "app")
                if (n := len(p.read_text().splitlines())) > limits[p.suffix]]
        self.assertEqual(long, [])

    def test_the_readme_shows_the_example_that_is_tested(self):
        example = (ROOT / "resources/examples/log_run.cpp").read_text().split("// [run]")[1].strip()
        self.assertIn(example, (ROOT / "README.md").read_text())

    def test_the_top_level_holds_only_the_house(self):
        known = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "app", "core", "ui",
                 "resources", "tests", "packaging", "build", "out"}
        extra = {p.name for p in ROOT.iterdir() if not p.name.startswith(".")} - known
        self.assertEqual({e for e in extra if not e.startswith("build-")}, set())


if __name__ == "__main__":
    unittest.main()
