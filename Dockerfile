# The wheel in a slim Python, run by a user without rights.
#   docker build -t facility-coverage .
#   docker run --rm -p 127.0.0.1:8000:8000 -v coverage:/data facility-coverage
#     serves the demo study; prints an API key once, unless FACILITY_COVERAGE_KEY holds one
#   docker run --rm -v "$PWD/out:/data" facility-coverage demo --out /data/demo
FROM python:3.11-slim-bookworm AS build
WORKDIR /source
COPY requirements/ requirements/
RUN pip wheel --no-cache-dir --require-hashes --wheel-dir /wheels -r requirements/run.txt
COPY . .
RUN pip install --no-cache-dir --no-index --find-links /wheels hatchling editables build \
    && python -m build --no-isolation --wheel --outdir /wheels

FROM python:3.11-slim-bookworm
# libexpat: rasterio's GDAL needs it. Pango, HarfBuzz: reports as PDF. Noto CJK: their Chinese.
RUN apt-get update && apt-get install -y --no-install-recommends libexpat1 fonts-noto-cjk \
      libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 planner \
    && install -d -o planner /data
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --no-index --find-links /wheels facility-coverage && rm -rf /wheels
# The working folder is never on Python's path: a folder named coverage there harms nobody.
ENV PYTHONSAFEPATH=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER planner
WORKDIR /data
# Compile the kernels once, into the user's cache, so that the first run is as fast as any.
RUN facility-coverage doctor --quiet
HEALTHCHECK --interval=1m --timeout=10s --start-period=2m CMD ["python", "-c", \
  "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=5)"]
EXPOSE 8000
ENTRYPOINT ["facility-coverage"]
CMD ["serve", "--demo", "--host", "0.0.0.0", "--generate-key", "--files", "/data/service"]
