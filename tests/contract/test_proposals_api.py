"""A proposal's way over HTTP: handed in, reviewed, decided, signed, and never changed again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from toy_study import FACILITY_HEADER, degrees, facility_rows, write_csv, write_toy_study

from facility_coverage.progress import silent
from facility_coverage.proposals.workflow import Actor, Request, Sheet
from facility_coverage_api.app import create_app
from facility_coverage_api.doors.keys import key_line, new_key
from facility_coverage_api.local_studies import bring, register
from facility_coverage_api.settings import Settings
from facility_coverage_api.store.store import Store

BASE = "http://127.0.0.1"
STUDY_ID = "toy"
ROLES = {
    "ann": "analyst", "bob": "analyst", "rea": "reader", "rev": "reviewer", "second": "reviewer",
}  # fmt: skip
KEYS = {name: new_key() for name in ROLES}
EAST_M = (1050, 590)
"""On a street in the east, where the toy study has no centre."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a service that has run the toy study, and its keys."""
    root = tmp_path_factory.mktemp("service")
    store = Store.open(None, root)
    bring(store, write_toy_study(tmp_path_factory.mktemp("study")), silent, STUDY_ID)
    store.close()
    lines = [key_line(KEYS[name], role, name) for name, role in ROLES.items()]
    (root / "keys").write_text("\n".join(lines), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    settings = Settings(files=folder, keys_file=folder / "keys")
    with TestClient(create_app(settings), base_url=BASE) as opened:
        yield opened


def as_(name: str, answer: Any = None) -> dict[str, str]:  # noqa: ANN401  (what was answered last)
    """Return the headers of somebody, who has seen an answer."""
    seen = {} if answer is None else {"If-Match": answer.headers["ETag"]}
    return {"X-API-Key": KEYS[name]} | seen


def feature(proposal_id: str, place_m: tuple[float, float] = EAST_M, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "type": "Feature",
        "id": proposal_id,
        "geometry": {"type": "Point", "coordinates": degrees(*place_m)},
        "properties": {"title": f"中心 {proposal_id}", "floor_area_m2": 2200} | more,
    }


def hand_in(client: TestClient, proposal_id: str, by: str = "ann", **more: Any) -> Any:  # noqa: ANN401
    """Hand a proposal in and return the answer."""
    body = {"study": STUDY_ID, "proposal": feature(proposal_id, **more)}
    answer = client.post("/v1/proposals", json=body, headers=as_(by))
    assert answer.status_code == 201, answer.text
    return answer


def take(client: TestClient, seen: Any, action: str, by: str, **more: Any) -> Any:  # noqa: ANN401
    """Take a step on what was seen last, and return the answer."""
    address = f"/v1/proposals/{seen.json()['number']}/events"
    return client.post(address, json={"action": action} | more, headers=as_(by, seen))


def taken(client: TestClient, seen: Any, action: str, by: str, **more: Any) -> Any:  # noqa: ANN401
    answer = take(client, seen, action, by, **more)
    assert answer.status_code == 201, answer.text
    return answer


def require_problem(answer: Any, status: int, code: str) -> str:  # noqa: ANN401
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    detail: str = answer.json()["detail"]
    return detail


def test_from_a_feature_to_a_signed_sheet(client: TestClient, folder: Path) -> None:
    draft = hand_in(client, "P1")
    address = f"/v1/proposals/{draft.json()['number']}"
    assert draft.headers["Location"] == f"{BASE}{address}"
    assert (draft.json()["state"], draft.json()["proposed_by"]) == ("draft", "ann/ann")
    before = client.get(f"{address}/review", headers=as_("rea"))
    assert before.status_code == 200
    assert "etag" not in before.headers

    seen = taken(client, draft, "submit", "ann", name="安")
    started = taken(client, seen, "start", "rev", name="Li Wei")
    assert started.json()["state"] == "under_review"
    review = client.get(f"{address}/review", headers=as_("rea"))
    assert review.json() == before.json()
    assert review.json()["proposal"]["title"] == "中心 P1"
    again = client.get(
        f"{address}/review", headers=as_("rea") | {"If-None-Match": review.headers["ETag"]}
    )
    assert again.status_code == 304
    commented = taken(client, started, "comment", "bob", comment="近地铁?")
    more = {"conditions": ["先开发热门诊"], "comment": "好", "name": "Li Wei"}
    approved = taken(client, commented, "approve", "rev", **more)
    told = approved.json()
    assert (told["state"], told["conditions"], told["actions"]) == (
        "approved",
        ["先开发热门诊"],
        [],
    )
    assert told["sheet"] != started.json()["sheet"]

    sheets = {}
    for form, lang in (("json", "en"), ("html", "zh"), ("html", "en"), ("pdf", "zh")):
        sheet = client.get(f"{address}/review?f={form}&lang={lang}", headers=as_("rea"))
        assert sheet.status_code == 200
        sheets[form, lang] = sheet.content
    assert sheets["json", "en"] == review.content
    for lang in ("zh", "en"):
        assert "Li Wei" in sheets["html", lang].decode()
        assert "先开发热门诊" in sheets["html", lang].decode()
    assert sheets["pdf", "zh"].startswith(b"%PDF-")

    events = client.get(f"{address}/events", headers=as_("rea")).json()["events"]
    assert [(event["what"], event["who"]) for event in events] == [
        ("add", "ann/ann"),
        ("submit", "ann/安"),
        ("start", "rev/Li Wei"),
        ("comment", "bob/bob"),
        ("approve", "rev/Li Wei"),
    ]
    assert events[-1]["new"]["sheet"] == told["sheet"]
    for action in ("approve", "withdraw", "comment"):
        detail = require_problem(
            take(client, approved, action, "second", comment="x"), 409, "transition"
        )
        assert "that is final" in detail
    with TestClient(create_app(Settings(files=folder)), base_url=BASE) as other:  # a new start
        for (form, lang), content in sheets.items():
            got = other.get(f"{address}/review?f={form}&lang={lang}")
            assert got.content == content


def test_who_changes_what_has_not_been_seen_is_told(client: TestClient) -> None:
    draft = hand_in(client, "P2")
    address = f"/v1/proposals/{draft.json()['number']}"
    read = client.get(address, headers=as_("ann"))
    assert read.headers["ETag"] == draft.headers["ETag"]
    held = as_("ann") | {"If-None-Match": read.headers["ETag"]}
    assert client.get(address, headers=held).status_code == 304
    body = {"proposal": feature("P2", title="新")}
    edited = client.put(address, json=body, headers=as_("ann", read))
    assert (edited.status_code, edited.json()["title"], edited.json()["version"]) == (200, "新", 2)
    detail = require_problem(
        client.put(address, json=body, headers=as_("ann", read)), 412, "version"
    )
    assert "has version 2, and you saw 1" in detail
    for mark in ("*", "x", '"999999-2"', "2", '""'):
        headers = as_("ann") | {"If-Match": mark}
        require_problem(client.put(address, json=body, headers=headers), 412, "version")
    for call in (client.put, client.post):
        place = address if call == client.put else f"{address}/events"
        asked: dict[str, Any] = body if call == client.put else {"action": "submit"}
        answer = call(place, json=asked, headers=as_("ann"))
        require_problem(answer, 428, "precondition-required")
    weakened = as_("ann") | {"If-Match": f"W/{edited.headers['ETag']}"}  # as a proxy may do
    answer = client.post(f"{address}/events", json={"action": "withdraw"}, headers=weakened)
    assert answer.json()["state"] == "withdrawn"
    require_problem(client.get(f"{address}/review", headers=as_("rea")), 404, "not-reviewed")


def test_what_is_answered_can_be_sent_back(client: TestClient) -> None:
    west, south = degrees(1010, 510)
    east, north = degrees(1090, 590)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    body = {
        "id": "P3", "title": "地块", "coordinates": "gcj02", "closes": ["f2"],
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "documents": [{"name": "plan.pdf", "sha256": "ab" * 32}],
    }  # fmt: skip
    asked = {"study": STUDY_ID, "proposal": body}
    draft = client.post("/v1/proposals", json=asked, headers=as_("ann"))
    told = draft.json()
    assert (told["handed_over_in"], told["proposal"]["coordinates"]) == ("gcj02", "wgs84")
    address = f"/v1/proposals/{told['number']}"
    back = client.put(address, json={"proposal": told["proposal"]}, headers=as_("ann", draft))
    assert back.status_code == 200, back.text
    assert back.json()["proposal"] == told["proposal"]
    assert told["proposal"]["parcel"] is not None


def started_by_second(client: TestClient, number: int, version: int) -> Any:  # noqa: ANN401
    """Begin a review as the office does, without making its sheet; return how it stands."""
    store: Store = client.app.state.store  # type: ignore[attr-defined]  # an ASGI app to httpx
    sheet = Sheet("ab" * 32, store.studies.get(STUDY_ID).digest)
    second = Actor("second", "second", is_reviewer=True)
    store.proposals.take(number, version, Request("start", sheet=sheet), second)
    return client.get(f"/v1/proposals/{number}", headers=as_("rea"))


def test_roles(client: TestClient) -> None:
    body = {"study": STUDY_ID, "proposal": feature("P4")}
    require_problem(client.post("/v1/proposals", json=body, headers=as_("rea")), 403, "forbidden")
    require_problem(client.get("/v1/audit", headers=as_("bob")), 403, "forbidden")
    draft = hand_in(client, "P4", by="rev")
    require_problem(take(client, draft, "submit", "rea"), 403, "forbidden")
    require_problem(take(client, draft, "submit", "bob"), 403, "not-yours")
    submitted = taken(client, draft, "submit", "rev")
    require_problem(take(client, submitted, "start", "bob"), 403, "not-yours")
    require_problem(take(client, submitted, "start", "rev"), 403, "own-proposal")
    # the same person with another key, by name
    require_problem(take(client, submitted, "start", "second", name="rev"), 403, "own-proposal")
    number = submitted.json()["number"]
    started = started_by_second(client, number, submitted.json()["version"])
    for action in ("approve", "reject", "return"):
        answer = take(client, started, action, "rev", comment="mine")
        require_problem(answer, 403, "own-proposal")
    returned = taken(client, started, "return", "second", comment="larger?")
    address = f"/v1/proposals/{returned.json()['number']}"
    other = {"proposal": feature("P4", floor_area_m2=3000)}
    answer = client.put(address, json=other, headers=as_("ann", returned))
    require_problem(answer, 403, "not-yours")
    edited = client.put(address, json=other, headers=as_("rev", returned))
    assert (edited.json()["state"], edited.json()["sheet"]) == ("returned", None)
    assert taken(client, edited, "submit", "rev").json()["state"] == "submitted"


@pytest.mark.parametrize(
    ("proposal", "status", "code", "told"),
    [
        (feature("x") | {"geometry": None}, 422, "schema", "neither a place nor a facility"),
        (feature("x", floor_area_m2=-1), 422, "schema", "floor_area_m2"),
        (feature("x", floor_area_m2="大约"), 422, "schema", "floor_area_m2"),
        (feature(""), 422, "schema", "id"),
        (feature("x") | {"properties": "x"}, 422, "input", "proposal.properties: not an object"),
        ({}, 422, "schema", "id"),
        (feature("x", coordinates="mars"), 422, "schema", "mars"),
    ],
)
def test_what_is_no_proposal(
    client: TestClient, proposal: dict[str, Any], status: int, code: str, told: str
) -> None:
    before = client.get("/v1/audit", headers=as_("rev")).json()
    body = {"study": STUDY_ID, "proposal": proposal}
    answer = client.post("/v1/proposals", json=body, headers=as_("ann"))
    assert told in require_problem(answer, status, code)
    assert client.get("/v1/audit", headers=as_("rev")).json() == before


@pytest.mark.parametrize(
    ("place_m", "closes", "status"),
    [((-60_000, 0), [], 422), ((600, 1500), [], 422), (EAST_M, ["nobody"], 404)],
)
def test_what_cannot_stand_where_it_is_proposed_is_not_submitted(
    client: TestClient, place_m: tuple[float, float], closes: list[str], status: int
) -> None:
    proposal = feature(f"P5 {place_m} {closes}", place_m, closes=closes)
    body = {"study": STUDY_ID, "proposal": proposal}
    draft = client.post("/v1/proposals", json=body, headers=as_("ann"))
    answer = take(client, draft, "submit", "ann")
    assert answer.status_code == status, answer.text
    now = client.get(f"/v1/proposals/{draft.json()['number']}", headers=as_("ann")).json()
    assert (now["state"], now["version"]) == ("draft", 1)


def test_hostile_titles_stay_text(client: TestClient) -> None:
    title = "=HYPERLINK('x')<script>alert(1)</script>"
    seen = taken(client, hand_in(client, "P6", title=title), "submit", "ann")
    number = seen.json()["number"]
    page = client.get(f"/v1/proposals/{number}/review?f=html&lang=en", headers=as_("rea"))
    assert "<script>alert" not in page.text
    table = client.get(f"/v1/studies/{STUDY_ID}/proposals/comparison?f=csv", headers=as_("rea"))
    assert "\n=HYPERLINK" not in table.text
    assert ",=HYPERLINK" not in table.text
    taken(client, seen, "withdraw", "ann")


def test_no_such_thing(client: TestClient) -> None:
    for path in ("/v1/proposals/9999", "/v1/proposals/9999/events", "/v1/proposals/9999/review"):
        detail = require_problem(client.get(path, headers=as_("rea")), 404, "not-found")
        assert "there is no proposal 9999" in detail
    for path in ("/v1/proposals/0", "/v1/proposals/x", "/v1/proposals?state=lost"):
        assert client.get(path, headers=as_("rea")).status_code == 422
    place = "/v1/studies/nowhere/proposals/comparison"
    require_problem(client.get(place, headers=as_("rea")), 404, "not-found")
    body = {"study": "nowhere", "proposal": feature("x")}
    require_problem(client.post("/v1/proposals", json=body, headers=as_("ann")), 404, "not-found")


def test_lists_pages_and_the_layer(client: TestClient) -> None:
    first, second = (hand_in(client, name).json()["number"] for name in ("P7", "P8"))
    page = client.get(
        f"/v1/proposals?study={STUDY_ID}&state=draft&after={first - 1}&limit=1", headers=as_("rea")
    ).json()
    assert [own["number"] for own in page["proposals"]] == [first]
    (following,) = (link["href"] for link in page["links"] if link["rel"] == "next")
    page = client.get(following, headers=as_("rea")).json()
    assert [own["number"] for own in page["proposals"]] == [second]
    assert [link["rel"] for link in page["links"]] == ["self"]
    assert client.get("/v1/proposals?study=x", headers=as_("rea")).json()["proposals"] == []

    items = f"/ogc/{STUDY_ID}/collections/proposals/items"
    layer = client.get(f"{items}?title=中心 P7", headers=as_("rea"))
    (point,) = layer.json()["features"]
    assert (point["id"], point["properties"]["state"]) == (first, "draft")
    assert point["geometry"]["coordinates"] == [round(own, 7) for own in degrees(*EAST_M)]
    seen = client.get(f"/v1/proposals/{first}", headers=as_("ann"))
    taken(client, seen, "submit", "ann")
    held = as_("rea") | {"If-None-Match": layer.headers["ETag"]}
    changed = client.get(f"{items}?title=中心 P7", headers=held)
    assert changed.json()["features"][0]["properties"]["state"] == "submitted"
    names = [own["id"] for own in client.get(
        f"/ogc/{STUDY_ID}/collections", headers=as_("rea")
    ).json()["collections"]]  # fmt: skip
    assert {"proposals", "suggestions"} <= set(names)
    assert client.get(f"{items}?f=gpkg", headers=as_("rea")).content[:6] == b"SQLite"


def test_the_pending_ones_side_by_side(client: TestClient) -> None:
    for name, cost in (("C1", 500), ("C2", 900)):
        taken(client, hand_in(client, name, cost=cost), "submit", "ann")
    address = f"/v1/studies/{STUDY_ID}/proposals/comparison?budget=600"
    found = client.get(address, headers=as_("rea"))
    rows = {row["proposal"]["id"]: row for row in found.json()["proposals"]}
    assert {"C1", "C2"} <= set(rows)
    assert rows["C1"]["last"] <= rows["C1"]["mean"] <= rows["C1"]["alone"]
    assert found.json()["best"]["budget"] == 600
    held = as_("rea") | {"If-None-Match": found.headers["ETag"]}
    assert client.get(address, headers=held).status_code == 304
    table = client.get(f"{address}&f=csv", headers=as_("rea"))
    assert table.headers["content-type"].startswith("text/csv")
    for budget in ("0", "-1", "nan", "inf", "x"):
        bad = f"/v1/studies/{STUDY_ID}/proposals/comparison?budget={budget}"
        assert client.get(bad, headers=as_("rea")).status_code == 422


def test_an_open_review_is_outdated_when_its_study_changes(tmp_path: Path) -> None:
    with TestClient(create_app(Settings(files=tmp_path / "service")), base_url=BASE) as client:
        store: Store = client.app.state.store  # type: ignore[attr-defined]  # an ASGI app to httpx
        register(store, write_toy_study(tmp_path), STUDY_ID)

        def step(seen: Any, action: str, name: str, **more: Any) -> Any:  # noqa: ANN401
            return client.post(
                f"/v1/proposals/{seen.json()['number']}/events",
                json={"action": action, "name": name} | more,
                headers={"If-Match": seen.headers["ETag"]},
            )

        body = {"study": STUDY_ID, "proposal": feature("P1"), "name": "An"}
        seen = step(client.post("/v1/proposals", json=body), "submit", "An")
        body["proposal"] = feature("P2", closes=["f2"])
        step(client.post("/v1/proposals", json=body), "submit", "An")
        # where nobody has a key, names tell people apart; without one nobody is another
        require_problem(step(seen, "start", "An"), 403, "own-proposal")
        started = step(seen, "start", "Li")
        address = f"/v1/proposals/{started.json()['number']}"
        before = client.get(f"{address}/review").json()
        assert [other["id"] for other in before["others"]] == ["P2"]

        write_csv(tmp_path / "facilities.csv", FACILITY_HEADER, list(facility_rows())[:1])
        place = tmp_path / "study.toml"
        content = place.read_text(encoding="utf-8")
        changed = content.replace("minutes = [5, 10]", "minutes = [4, 10]")
        assert changed != content
        place.write_text(changed, encoding="utf-8")
        register(store, place, STUDY_ID)
        outdated = client.get(address)
        assert outdated.json()["outdated"] is True
        assert client.get(f"{address}/review").json() == before
        require_problem(step(started, "approve", "Li"), 412, "version")
        detail = require_problem(step(outdated, "approve", "Li"), 409, "outdated-review")
        assert "'rerun' it first" in detail
        rerun = step(outdated, "rerun", "Li")
        assert rerun.json()["outdated"] is False
        after = client.get(f"{address}/review").json()
        assert after["study"]["thresholds"] == ["4min", "10min"]
        assert after["others"] == []  # what P2 would close is there no more
        require_problem(step(rerun, "reject", "Li"), 422, "input")
        rejected = step(rerun, "reject", "Li", comment="too near")
        assert rejected.json()["state"] == "rejected"
        assert client.get(f"{address}/review").json() == after
        assert client.get("/v1/audit").json()["intact"] is True


def test_a_hand_in_the_service_s_folder_is_found(client: TestClient, folder: Path) -> None:
    whole = client.get("/v1/audit", headers=as_("rev")).json()
    assert whole["intact"] is True
    head = f"/v1/audit?head={whole['head']}"
    assert client.get(head, headers=as_("rev")).json() == whole
    lost = client.get("/v1/audit?head=" + "ab" * 32, headers=as_("rev")).json()
    assert (lost["intact"], len(lost["faults"])) == (False, 1)

    seen = taken(client, hand_in(client, "signed"), "submit", "ann", name="安")
    seen = taken(client, seen, "start", "rev", name="Li Wei")
    approved = taken(client, seen, "approve", "rev", name="Li Wei").json()
    sheet = folder / "results" / approved["sheet"]
    place = f"proposal {approved['number']}: its review {approved['sheet']}"
    for file, fault in (
        ("review.json", f"{place}: review.json is not what was kept"),
        ("manifest.json", f"{place}: manifest.json is not what was kept"),
    ):
        kept = (sheet / file).read_bytes()
        (sheet / file).write_bytes(kept.replace(b"2", b"3", 1))
        found = client.get("/v1/audit", headers=as_("rev")).json()
        assert (found["intact"], found["faults"]) == (False, [fault])
        (sheet / file).write_bytes(kept)
    sheet.rename(sheet.with_suffix(".away"))
    found = client.get("/v1/audit", headers=as_("rev")).json()
    assert found["faults"] == [f"{place} is gone"]
    sheet.with_suffix(".away").rename(sheet)

    store: Store = client.app.state.store  # type: ignore[attr-defined]  # an ASGI app to httpx
    with store.database.writing() as connection:
        connection.execute(text("DROP TRIGGER events_are_kept_on_UPDATE"))
        connection.execute(text("UPDATE events SET body = 'x' WHERE number = 2"))
    found = client.get("/v1/audit", headers=as_("rev")).json()
    assert found["faults"] == ["record 2: its content and its hash do not belong together"]
    assert found["events"] == 1
    number = json.loads(client.get("/v1/proposals?limit=1", headers=as_("rea")).text)
    address = f"/v1/proposals/{number['proposals'][0]['number']}/events"
    require_problem(client.get(address, headers=as_("rea")), 409, "tampered")
