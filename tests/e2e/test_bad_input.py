# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad data, bad words and a server that is not there: exit code, one message, nothing half-made."""
import socket

from harness import HomeCase

HEADER = "a,b,label\n"


class BadInput(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_server()

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def rows(self, n=40, label=lambda i: "yes" if i % 2 else "no"):
        return HEADER + "".join(f"{i % 7},{i * 0.5},{label(i)}\n" for i in range(n))

    def refuse(self, code, needle, *args):
        """The command fails with `code`, names `needle` and a remedy, and leaves no open run."""
        document = self.ctl_json(*args, code=code)
        error = document["error"]
        self.assertIn(needle, error["message"] + error["hint"])
        self.assertTrue(error["hint"], "no remedy")
        self.assert_nothing_running()
        return error

    def pipeline(self, path, target="label"):
        return ("pipeline", "--data", path, "--target", target, "--model", "never")

    def test_data(self):
        self.refuse(6, "absent.csv", *self.pipeline(str(self.folder / "absent.csv")))
        good = self.write("good.csv", self.rows())
        self.refuse(6, "nope", *self.pipeline(good, "nope"))
        self.refuse(6, "empty.csv", *self.pipeline(self.write("empty.csv", "")))
        self.refuse(6, "binary.csv", *self.pipeline(self.write("binary.csv", bytes(range(256)) * 40)))
        self.refuse(6, "one.csv", *self.pipeline(self.write("one.csv", self.rows(1))))
        self.refuse(6, "label", *self.pipeline(self.write("constant.csv", self.rows(label=lambda i: "yes"))))
        self.assertEqual(self.client().search_registered_models(), [])

    def test_usage(self):
        good = self.write("good2.csv", self.rows())
        self.ctl_json("train", "--data", good, "--target", "label", "--trials", "-3", code=2)
        self.ctl_json("deploy", "--model", "x", "--version", "1", "--to", "Moon", code=2)
        self.ctl_json("no-such-command", code=2)
        self.refuse(6, "Perceptron", "train", "--data", good, "--target", "label", "--algorithm", "Perceptron")
        self.refuse(5, "absent-model", "deploy", "--model", "absent-model", "--version", "1", "--to", "Staging")

    def test_text_labels_train(self):
        path = self.write("text.csv", "colour,size,kind\n" + "".join(
            f"{'red' if i % 3 else ''},{i % 11},{'ripe' if i % 3 and i % 11 > 4 else 'raw'}\n" for i in range(240)))
        result = self.ctl_json("train", "--data", path, "--target", "kind", "--algorithm", "RandomForest",
                               "--trials", "2", "--register", "fruit")
        self.assertEqual(result["model"]["version"], "1")

    def test_unreachable_server(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        uri = f"http://127.0.0.1:{port}"
        document = self.ctl_json("--tracking-uri", uri, "status", code=3)
        self.assertIn("breaker", document)
        self.assertIn("journal", document)
        self.assertIn(str(port), document["error"]["message"])
        code, out, err = self.ctl("--tracking-uri", "not a url", "status")
        self.assertNotEqual(code, 0)
        self.assertIn("not a url", err)
