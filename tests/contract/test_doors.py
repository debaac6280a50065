"""What every request passes: host, key, size; and what every answer carries."""

import asyncio
import base64
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import Body, FastAPI, Request, Response
from fastapi.testclient import TestClient

from facility_coverage.errors import LimitError, SourceError
from facility_coverage_api.app import create_app
from facility_coverage_api.doors.etag import answered_before, etag_of, marked
from facility_coverage_api.doors.hosts import base_url
from facility_coverage_api.doors.keys import Analyst, Reader, key_line, new_key
from facility_coverage_api.doors.limits import Limits
from facility_coverage_api.observe.logs import JsonLines, RequestLog
from facility_coverage_api.problems import kind_of_status, problem_kinds
from facility_coverage_api.settings import Settings

BASE = "http://127.0.0.1"
PLACE = "lon=113.35&lat=23.13"
KEYS = {role: new_key() for role in ("reader", "analyst", "reviewer")}


def with_rooms(app: FastAPI) -> FastAPI:
    """Add routes that do what real ones may."""

    @app.get("/who")
    def who(caller: Reader) -> str:
        return f"{caller.owner} {caller.role}"

    @app.get("/work")
    def work(caller: Analyst) -> str:
        return caller.owner

    @app.post("/size")
    def size(body: Annotated[object, Body()]) -> int:
        return len(json.dumps(body))

    @app.get("/defect")
    def defect(lon: float) -> None:
        msg = f"secret of {lon}"
        raise RuntimeError(msg)

    @app.get("/disk")
    def disk() -> None:
        msg = "/secret/place: disk full"
        raise SourceError(msg)

    @app.get("/twice")
    def twice(request: Request) -> Any:  # noqa: ANN401  (two kinds of answers)
        etag = etag_of("content", str(request.url))
        return answered_before(request, etag) or Response("x" * 5_000, headers=marked(etag))

    @app.get("/base")
    def base(request: Request) -> str:
        return base_url(request)

    return app


def client_of(tmp_path: Path, **settings: Any) -> TestClient:  # noqa: ANN401
    app = with_rooms(create_app(Settings(files=tmp_path / "service", **settings)))
    return TestClient(app, base_url=BASE)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with client_of(tmp_path_factory.mktemp("open"), limits=Limits(body_bytes=1_000)) as opened:
        yield opened


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[TestClient]:
    with client_of(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("keyed")
    file = folder / "keys.txt"
    lines = [key_line(key, role, f"{role}-1") for role, key in KEYS.items()]
    file.write_text("\n".join(["# keys", "", *lines]), encoding="utf-8")
    with client_of(folder, keys_file=file, cors_origins=("https://maps.example",)) as opened:
        yield opened


def problem_of(answer: Any, status: int, code: str) -> dict[str, Any]:  # noqa: ANN401
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"/problems/{code}"
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


def test_alone_on_this_machine_everybody_is_the_reviewer(client: TestClient) -> None:
    assert client.get("/who").json() == "local reviewer"


@pytest.mark.parametrize("role", KEYS)
def test_a_key_opens_by_each_way_to_send_it(keyed: TestClient, role: str) -> None:
    key = KEYS[role]
    basic = base64.b64encode(f"anybody:{key}".encode()).decode()
    for headers in (
        {"X-API-Key": key},
        {"Authorization": f"Bearer {key}"},
        {"Authorization": f"basic {basic}"},
    ):
        answer = keyed.get("/who", headers=headers)
        assert answer.json() == f"{role}-1 {role}"
        assert answer.headers["cache-control"] == "private, no-cache"
        assert "Authorization" in answer.headers["vary"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-API-Key": ""},
        {"X-API-Key": new_key()},
        {"X-API-Key": f"{KEYS['reader']}x"},
        {"Authorization": f"Digest {KEYS['reader']}"},
        {"Authorization": "Basic ???"},
        {"Authorization": "Basic " + base64.b64encode(b"\xff\xff").decode()},
    ],
)
def test_nothing_is_told_without_a_key(keyed: TestClient, headers: dict[str, str]) -> None:
    for path in ("/who", "/nowhere", "/api", "/metrics", "/v1/limits", "/problems/limit"):
        answer = keyed.get(path, headers=headers)
        problem_of(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert keyed.get("/healthz", headers=headers).status_code == 200
    assert keyed.get("/readyz", headers=headers).status_code == 200


def test_a_role_may_do_what_lesser_ones_may(keyed: TestClient) -> None:
    found = {role: keyed.get("/work", headers={"X-API-Key": key}) for role, key in KEYS.items()}
    assert [answer.status_code for answer in found.values()] == [403, 200, 200]
    assert "analyst" in problem_of(found["reader"], 403, "forbidden")["detail"]


def test_an_unknown_key_is_refused_before_its_body_is_read(keyed: TestClient) -> None:
    read = []

    def body() -> Iterator[bytes]:
        read.append(True)
        yield b"{}"

    problem_of(keyed.post("/size", content=body()), 401, "unauthorized")
    assert read == []


def test_the_description_asks_for_a_key_where_one_is_needed(
    client: TestClient, keyed: TestClient
) -> None:
    assert "securitySchemes" not in client.get("/api").json()["components"]
    assert client.get("/api").content == client.get("/api").content
    plain = client.get("/api", headers={"Accept": "application/json"})
    assert plain.headers["Content-Type"] == "application/json"
    assert plain.content == client.get("/api").content
    told = keyed.get("/api", headers={"X-API-Key": KEYS["reader"]}).json()
    assert set(told["components"]["securitySchemes"]) == {"key", "bearer"}
    assert told["paths"]["/v1/limits"]["get"]["security"] == [{"key": []}, {"bearer": []}]
    assert "security" not in told["paths"]["/healthz"]["get"]


@pytest.mark.parametrize("size_bytes", [1_000, 1_001])
@pytest.mark.parametrize("announced", [True, False])
def test_a_body_is_counted_announced_or_not(
    client: TestClient, size_bytes: int, *, announced: bool
) -> None:
    body = b'"' + b"x" * (size_bytes - 2) + b'"'
    pieces = (body[start : start + 100] for start in range(0, len(body), 100))
    headers = {"Content-Type": "application/json"}
    answer = client.post("/size", content=body if announced else pieces, headers=headers)
    if size_bytes == 1_000:
        assert answer.json() == 1_000
    else:
        problem_of(answer, 413, "limit")
        assert answer.headers["connection"] == "close"


def answer_to(app: Any, path: str, *messages: dict[str, Any]) -> tuple[int, int]:  # noqa: ANN401
    """Return the status of an answer, and how many of the messages were received for it."""
    sent: list[dict[str, Any]] = []
    waiting = [*messages]

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"name=a.csv",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
    }
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], len(messages) - len(waiting)


def test_of_a_large_body_no_more_is_read_than_is_needed(client: TestClient) -> None:
    piece = {"type": "http.request", "body": b" " * 600, "more_body": True}
    assert answer_to(client.app, "/size", *[piece] * 200) == (413, 2)


def test_a_request_that_breaks_off_is_no_defect(client: TestClient) -> None:
    piece = {"type": "http.request", "body": b" " * 600, "more_body": True}
    assert answer_to(client.app, "/v1/uploads", piece, {"type": "http.disconnect"}) == (400, 2)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "127.0.0.1@evil", "[::1", "10.0.0.1"]
)
def test_a_foreign_host_is_refused(client: TestClient, host: str) -> None:
    problem_of(client.get("/healthz", headers={"Host": host}), 400, "host")


def test_links_start_with_the_public_url(tmp_path: Path) -> None:
    public = "https://maps.example/plans/"
    with client_of(tmp_path, public_url=public) as client:
        assert client.get("/base", headers={"Host": "MAPS.example"}).json() == public[:-1]
        assert client.get("/nowhere").json()["type"] == "/plans/problems/not-found"
        assert client.get("/api").json()["servers"] == [{"url": public[:-1]}]
    with client_of(tmp_path, allowed_hosts=("gis-server",)) as client:
        answer = client.get("/base", headers={"Host": "gis-server:8000"})
        assert answer.json() == "http://gis-server:8000"


def test_other_origins_are_let_in_by_name_only(client: TestClient, keyed: TestClient) -> None:
    asked = {"Origin": "https://maps.example", "X-API-Key": KEYS["reader"]}
    assert "access-control-allow-origin" not in client.get("/who", headers=asked).headers
    assert keyed.get("/who", headers=asked).headers["access-control-allow-origin"]
    asked["Origin"] = "https://evil.example"
    assert "access-control-allow-origin" not in keyed.get("/who", headers=asked).headers
    preflight = {
        "Origin": "https://maps.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "X-API-Key",
    }
    assert keyed.options("/size", headers=preflight).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/problems/none", 404, "not-found"),
        ("GET", "/v1/studies/..%2F..%2Fetc", 404, "not-found"),
        ("PUT", "/healthz", 405, "method-not-allowed"),
        ("TRACE", "/healthz", 405, "method-not-allowed"),
        ("GET", "/size", 405, "method-not-allowed"),
        ("POST", "/size", 422, "input"),
        ("GET", "/defect?lon=x", 422, "input"),
    ],
)
def test_every_refusal_is_a_problem_document(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    problem_of(client.request(method, path), status, code)


def test_an_address_tells_all_that_it_answers(client: TestClient) -> None:
    answer = client.put("/v1/studies")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b"[" * 900, b'{"a": }', b"NaN NaN", b'"\\ud800', b""],
)
def test_broken_json_is_told(client: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.post("/size", content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_deep_json_is_told(tmp_path: Path) -> None:
    with client_of(tmp_path) as client:
        headers = {"Content-Type": "application/json"}
        answer = client.post("/size", content=b"[" * 200_000, headers=headers)
        problem_of(answer, 400, "bad-request")


def test_faults_are_few_and_short_and_half_letters_do_no_harm(client: TestClient) -> None:
    hostile = json.dumps({"id": "\ud800", **{f"{n}" * 300: 1 for n in range(2)}})
    headers = {"Content-Type": "application/json"}
    answer = client.post("/v1/studies", content=hostile, headers=headers)
    body = problem_of(answer, 422, "input")
    assert len(body["errors"]) <= 20
    assert all(len(fault["where"]) <= 201 for fault in body["errors"])


def test_of_many_faults_the_first_are_told(tmp_path: Path) -> None:
    with client_of(tmp_path) as client:
        answer = client.post("/v1/studies", json={f"{n:03d}": 1 for n in range(100)})
        body = problem_of(answer, 422, "input")
        assert len(body["errors"]) == 20
        assert body["detail"].endswith("and 81 more")


@pytest.mark.parametrize(
    ("wished", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("*", "en"),
        ("de", "en"),
        ("zh;q=0", "en"),
        ("zh;q=x", "en"),
        ("zh;q=0.2, en-GB;q=0.9", "en"),
        ("zh", "zh"),
        ("ZH-hans", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr, zh;q=0.5", "zh"),
    ],
)
def test_a_problem_is_told_in_the_language_that_is_wished(
    client: TestClient, wished: str | None, language: str
) -> None:
    headers = {} if wished is None else {"Accept-Language": wished}
    answer = client.get("/nowhere", headers=headers)
    body = problem_of(answer, 404, "not-found")
    assert answer.headers["content-language"] == language
    assert answer.headers["vary"] == "Accept-Language"
    assert ("此地址没有内容" in body["detail"]) == (language == "zh")
    assert ("不存在" in body["title"]) == (language == "zh")


@pytest.mark.parametrize(
    ("method", "path", "asked", "told"),
    [
        ("GET", "/healthz", {"headers": {"Host": "evil.example"}}, "主机名"),
        ("POST", "/healthz", {}, "此地址支持 GET"),
        ("POST", "/size", {"content": b"{"}, "不是有效的 JSON"),
        ("GET", "/problems/x", {}, "没有问题代码 'x'"),
        ("GET", "/disk", {}, "服务端出错"),
        ("GET", "/defect?lon=1", {}, "内部错误"),
    ],
)
def test_whoever_refuses_speaks_chinese(
    client: TestClient, method: str, path: str, asked: dict[str, Any], told: str
) -> None:
    headers = {"Accept-Language": "zh-CN", "Content-Type": "application/json"}
    answer = client.request(method, path, **asked | {"headers": headers | asked.get("headers", {})})
    assert answer.headers["content-language"] == "zh"
    assert told in answer.json()["detail"]
    assert client.get("/problems").text.isascii()
    assert answer.json()["title"] in client.get("/problems", headers=headers).text


@pytest.mark.parametrize("content", [b"x" * 2_000, [b"x" * 2_000]])
def test_a_body_that_is_too_large_is_told_in_chinese(tmp_path: Path, content: Any) -> None:  # noqa: ANN401
    with client_of(tmp_path, limits=Limits(body_bytes=1_000)) as client:
        answer = client.post("/size", content=content, headers={"Accept-Language": "zh"})
        assert "限值 1,000 字节" in problem_of(answer, 413, "limit")["detail"]


def test_faults_of_a_body_are_told_in_chinese(client: TestClient) -> None:
    body = {"study": "toy", "locations": [[23.1, 113.3]], "range": [-1, 300]}
    answer = client.post("/v1/isochrones", json=body, headers={"Accept-Language": "zh"})
    told = problem_of(answer, 422, "input")
    assert [fault["where"] for fault in told["errors"]] == ["body.locations.0.1", "body.range.0"]
    latitude, least = (fault["what"] for fault in told["errors"])
    assert latitude == "没有 113.3 这样的纬度；经纬度是否颠倒？"
    assert not least.isascii()
    assert all(fault["what"] in told["detail"] for fault in told["errors"])


def test_the_language_is_one_of_several_reasons_to_answer_otherwise(keyed: TestClient) -> None:
    headers = {"Origin": "https://maps.example", "X-API-Key": KEYS["reader"]}
    answer = keyed.get("/nowhere", headers=headers)
    varied = {name.strip() for name in answer.headers["vary"].split(",")}
    assert varied == {"Accept-Language", "Authorization", "Origin", "X-API-Key"}


def test_a_defect_tells_its_id_and_nothing_else(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        answer = client.get("/defect?lon=113.35")
    body = problem_of(answer, 500, "internal")
    assert body["detail"] == f"internal error {body['request_id']}"
    assert "113.35" not in answer.text
    [record] = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert body["request_id"] in record.getMessage()
    assert "secret of 113.35" in str(record.exc_text or record.exc_info)


def test_a_disk_that_fails_tells_no_place(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/disk")
    problem_of(answer, 502, "source")
    assert "secret" not in answer.text
    assert "/secret/place" in caplog.text


def test_info_tells_neither_coordinates_nor_queries(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="facility_coverage_api"):
        client.get(f"/v1/limits?{PLACE}")
    lines = [JsonLines().format(record) for record in caplog.records]
    assert not any("113.35" in line or "?" in line for line in lines)
    told = json.loads(lines[-1])
    assert (told["route"], told["status"], told["method"]) == ("/v1/limits", 200, "GET")
    caplog.clear()
    with caplog.at_level(logging.DEBUG, logger="facility_coverage_api"):
        client.get(f"/v1/limits?{PLACE}")
    assert any(PLACE in JsonLines().format(record) for record in caplog.records)


def test_a_logged_defect_is_one_line() -> None:
    try:
        raise LimitError("two\nlines")  # noqa: EM101, TRY003, TRY301  (its text is the test)
    except LimitError as error:
        about = (type(error), error, error.__traceback__)
        record = logging.LogRecord("a", logging.ERROR, __file__, 1, "b%s", ("\n",), about)
    line = JsonLines().format(record)
    assert "\n" not in line
    assert "two\nlines" in json.loads(line)["exception"]


@pytest.mark.parametrize("given", ["abc-1.2:3_x", "x" * 64])
def test_a_request_keeps_its_id(client: TestClient, given: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", 'a"b', "名".encode().decode("latin-1")])
def test_an_id_that_looks_like_none_is_replaced(client: TestClient, given: str) -> None:
    answer = client.get("/healthz", headers={b"X-Request-ID": given.encode("latin-1")})
    assert len(answer.headers["x-request-id"]) == 16


def test_what_the_client_holds_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/twice")
    etag = first.headers["etag"]
    for held in (etag, f'"x", {etag}', etag.removeprefix("W/"), "*"):
        answer = client.get("/twice", headers={"If-None-Match": held})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
    assert client.get("/twice?b", headers={"If-None-Match": etag}).status_code == 200
    assert etag_of("ab", "c") != etag_of("a", "bc")


def test_long_answers_are_packed(client: TestClient) -> None:
    assert client.get("/twice").headers["content-encoding"] == "gzip"
    plain = client.get("/twice", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_every_code_has_a_page(client: TestClient) -> None:
    listed = client.get("/problems").json()
    assert [kind["code"] for kind in listed] == sorted(problem_kinds())
    for kind in listed:
        assert kind["title"].strip()
        assert client.get(f"/problems/{kind['code']}").json() == kind
        answer = client.get(f"/problems/{kind['code']}", headers={"Accept-Language": "zh"})
        assert answer.headers["content-language"] == "zh"
        assert not answer.json()["title"].isascii()
    assert kind_of_status(406).code == "not-acceptable"


def test_limits_can_be_read_and_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FACILITY_COVERAGE_LIMITS__MINUTES", "60")
    monkeypatch.setenv("FACILITY_COVERAGE_FILES", str(tmp_path / "service"))
    with TestClient(create_app(), base_url=BASE) as client:
        told = client.get("/v1/limits").json()
    assert told["minutes"] == 60
    assert Limits.model_validate(told) == Limits(minutes=60)
    Limits(minutes=60).require("minutes", 60)
    with pytest.raises(LimitError, match=r"minutes: 60\.5 is above the limit 60"):
        Limits(minutes=60).require("minutes", 60.5)


def test_figures_count_requests_by_route(fresh: TestClient) -> None:
    fresh.get("/v1/studies/nobody-1")
    fresh.get("/v1/studies/nobody-2")
    fresh.request("HACK", "/nowhere")
    told = fresh.get("/metrics").text
    line = 'requests_total{method="GET",route="/v1/studies/{study_id}",status="404"} 2.0'
    assert line in told
    assert 'method="other",route="unmatched"' in told
    assert "nobody" not in told
    assert 'facility_coverage_jobs{status="accepted"} 0.0' in told
    assert "facility_coverage_open_requests 1.0" in told


def test_readiness_ends_when_the_service_is_about_to(fresh: TestClient) -> None:
    assert fresh.get("/readyz").json()["status"] == "ready"
    fresh.app.state.leaving.set()  # type: ignore[attr-defined]  # an ASGI app to httpx
    problem_of(fresh.get("/readyz"), 503, "not-ready")
    assert fresh.get("/readyz").headers["retry-after"] == "10"
    assert fresh.get("/healthz").status_code == 200


def test_readiness_needs_the_database(fresh: TestClient) -> None:
    store = fresh.app.state.store  # type: ignore[attr-defined]  # as above
    store.close()
    database = Path(store.database.engine.url.database)
    for file in database.parent.glob(f"{database.name}*"):
        file.unlink()
    database.mkdir()
    problem_of(fresh.get("/readyz"), 503, "store")


def test_half_an_answer_breaks_off(client: TestClient) -> None:
    async def half(_scope: object, _receive: object, send: Any) -> None:  # noqa: ANN401
        await send({"type": "http.response.start", "status": 200, "headers": []})
        msg = "half way"
        raise RuntimeError(msg)

    metrics = client.app.state.metrics  # type: ignore[attr-defined]  # as above
    broken = TestClient(RequestLog(half, metrics), base_url=BASE)
    with pytest.raises(RuntimeError, match="half way"):
        broken.get("/")
