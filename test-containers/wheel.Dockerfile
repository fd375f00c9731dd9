# Makes the wheel of clients/python, which is the context; it is in /wheels then.
ARG BASE_IMAGE=python:3.12-slim
FROM ${BASE_IMAGE}
ARG PIP_INDEX_URL
COPY . /source/
RUN if [ -f /source/ca.crt ]; then export PIP_CERT=/source/ca.crt; fi \
  && python3 -m venv /venv && /venv/bin/pip wheel --no-cache-dir --no-deps --wheel-dir /wheels /source
