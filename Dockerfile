# One image for every process of Carelane: `carelane api`, `carelane worker`, `carelane relay`, …

FROM python:3.11-slim AS build

RUN pip install --no-cache-dir uv==0.13.8
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_SYSTEM_CERTS=1
WORKDIR /carelane

# Libraries first: they change less often than our code.
COPY pyproject.toml uv.lock README.md ./
RUN uv sync --frozen --no-default-groups --no-install-project

COPY . .
RUN uv sync --frozen --no-default-groups --no-editable


FROM python:3.11-slim

RUN useradd --system --uid 10001 --home-dir /var/cache/carelane --create-home carelane
COPY --from=build --chown=root:root /carelane/.venv /carelane/.venv
ENV PATH=/carelane/.venv/bin:$PATH \
    CARELANE_CACHE=/var/cache/carelane \
    PYTHONUNBUFFERED=1
WORKDIR /var/cache/carelane
USER carelane

EXPOSE 8000
ENTRYPOINT ["carelane"]
CMD ["api"]
