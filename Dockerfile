# The portal as one image: which process a container is, its command says (compose.yaml).

FROM python:3.11.14-slim-bookworm AS build
WORKDIR /portal
RUN python -m venv /venv
COPY requirements.lock ./
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
    --requirement requirements.lock
COPY manage.py ./
COPY portal portal
COPY onboarding onboarding
COPY templates templates
COPY static static
COPY locale locale
ENV DATA_DIR=/portal/data
# Settings that only name the files; none of them is in the image afterwards.
RUN SECRET_KEY=only-for-this-step BASE_URL=http://localhost \
    /venv/bin/python manage.py collectstatic --noinput \
    && /venv/bin/python -m compileall -q portal onboarding

FROM python:3.11.14-slim-bookworm
RUN groupadd --gid 10001 portal && useradd --uid 10001 --gid portal --no-create-home portal
COPY --from=build /venv /venv
COPY --from=build /portal /portal
WORKDIR /portal
ENV PATH=/venv/bin:$PATH DATA_DIR=/portal/data PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER portal
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-m", "portal.probe"]
CMD ["gunicorn", "portal.wsgi:application", "--bind", "0.0.0.0:8000", \
     "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--timeout", "60", \
     "--graceful-timeout", "5", "--keep-alive", "5", "--no-control-socket"]
