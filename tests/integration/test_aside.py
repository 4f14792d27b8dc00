#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What takes longer than a turn, on the built programs: a large import, previews and lists beside it, and what may come
between: a reload, a kill, a stop. Nothing is timed; where it falls is left to chance, what must hold is not."""
import base64
import os
import signal
import threading

import school

PUPILS = 1500


LETTERS = "春夏秋冬山水花石云雪竹松"


def name(family, i):
    """A name of its own for each number up to 1,727."""
    return family + "".join(LETTERS[i // 12 ** place % 12] for place in range(3))


def sheet(count):
    """A wide roster: each child with a grandmother on a number of her own."""
    rows = ["学籍号,姓名,班级,监护人姓名,与学生关系,联系电话"]
    for i in range(1, count + 1):
        rows.append("S%05d,%s,%d(%d)班,%s,奶奶,1990%07d" % (i, name("王", i), i % 6 + 1, i % 9 + 1, name("李", i), i))
    return "\n".join(rows) + "\n"


BODY = {"files": [{"name": "roster.csv", "data": base64.b64encode(sheet(PUPILS).encode()).decode()}]}
PREVIEW = {"to": "all", "text": "明天下午三点放学，请按时接孩子。"}


class Asker(threading.Thread):
    """One request beside the others."""

    def __init__(self, place, path, body, key=None):
        super().__init__()
        self.place, self.path, self.body, self.key = place, path, body, key
        self.status = self.answer = None
        self.start()

    def run(self):
        try:
            self.status, self.answer = self.place.post(self.path, self.body, self.key)
        except OSError as error:
            self.answer = error


def opened():
    place = school.School()
    place.start()
    return place


def pupils(place):
    return len(place.all("/v1/students"))


def still_answers(place, times):
    """The loop goes round that often while the helper is at it."""
    for _ in range(times):
        assert place.request("GET", "/v1/outbox/1")[0] == 404


def test_import_list_and_previews_beside_each_other():
    place = opened()
    try:
        first = Asker(place, "/v1/import", BODY)
        second = Asker(place, "/v1/import", BODY)
        still_answers(place, 20)
        assert place.post("/v1/broadcasts/preview", PREVIEW)[0] == 200
        first.join()
        second.join()
        assert (first.status, second.status) == (200, 200), str((first.answer, second.answer))[:1000]
        added = sorted(a.answer["students"]["added"] for a in (first, second))
        assert added == [0, PUPILS], added
        assert pupils(place) == PUPILS
        previews = [Asker(place, "/v1/broadcasts/preview", PREVIEW) for _ in range(4)]
        still_answers(place, 20)
        for preview in previews:
            preview.join()
            assert preview.status == 200 and preview.answer["recipients"] == PUPILS, str(preview.answer)[:1000]
    finally:
        place.close()


def test_reload_waits_for_the_helper():
    place = opened()
    try:
        asked = [Asker(place, "/v1/import", BODY)]
        for i in range(6):
            still_answers(place, 5)
            place.process.send_signal(signal.SIGHUP)
            asked.append(Asker(place, "/v1/broadcasts/preview", PREVIEW))
        for one in asked:
            one.join()
            assert one.status in (200, 400), str(one.answer)[:1000]  # 400: to nobody yet
        assert asked[0].status == 200
        place.wait(lambda: "reloaded" in open(os.path.join(place.folder, "log")).read(), 20, "the reload")
        assert pupils(place) == PUPILS
    finally:
        place.close()


def test_kill_in_the_middle_leaves_all_or_nothing_and_the_same_key_settles_it():
    """Kills after more and more of the work; the repeated request always ends with every child there, once."""
    for rounds in (1, 20, 60, 120, 250):
        place = opened()
        try:
            asked = Asker(place, "/v1/import", BODY, "key-of-the-import")
            try:
                still_answers(place, rounds)
            finally:
                place.kill()
            asked.join()
            place.start()
            status, answer = place.post("/v1/import", BODY, "key-of-the-import")
            assert status == 200 and answer["students"]["added"] == PUPILS, str(answer)[:1000]
            assert pupils(place) == PUPILS
            status, again = place.post("/v1/import", BODY, "another-key")
            assert status == 200 and again["students"] == {"added": 0, "changed": 0, "same": PUPILS}, again
            assert place.stop() == 0
            assert place.rows("SELECT count(*) FROM import_slice") == [(0,)]
            assert place.rows("SELECT count(*) FROM import WHERE state <> 'done'") == [(0,)]
        finally:
            place.close()


def test_stop_in_the_middle_answers_everybody():
    for rounds in (1, 30, 100):
        place = opened()
        try:
            asked = [Asker(place, "/v1/import", BODY, "stop-%d" % i) for i in range(3)]
            asked += [Asker(place, "/v1/broadcasts/preview", PREVIEW) for _ in range(3)]
            still_answers(place, rounds)
            assert place.stop() == 0
            for one in asked:
                one.join()
                assert one.status in (200, 400, 503), str(one.answer)[:1000]
            place.start()
            status, answer = place.post("/v1/import", BODY, "stop-0")
            assert status == 200, str(answer)[:1000]
            assert pupils(place) == PUPILS
        finally:
            place.close()


if __name__ == "__main__":
    report = school.Report()
    report.run(test_import_list_and_previews_beside_each_other)
    report.run(test_reload_waits_for_the_helper)
    report.run(test_kill_in_the_middle_leaves_all_or_nothing_and_the_same_key_settles_it)
    report.run(test_stop_in_the_middle_answers_everybody)
    raise SystemExit(report.end())
