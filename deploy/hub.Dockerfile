# The labs' image for a JupyterHub: docker build -t convlab-hub -f deploy/hub.Dockerfile deploy
# Its JupyterHub must be the hub's own: compare the version with that of the hub.
ARG IMAGE=convlab
FROM ${IMAGE}
USER root
# What it writes to a home folder is root's: not to the learner's.
RUN export HOME=/root && set -- /opt/convlab-cache/python-*/bin \
    && "$1/python" -m pip install --no-cache-dir jupyterhub==5.4.6 \
    && convlab kernel install --prefix "${1%/bin}" \
    && mkdir -p "$1/../etc/jupyter/labconfig" \
    && printf '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}' \
        > "$1/../etc/jupyter/labconfig/default_setting_overrides.json" \
    && printf '{"LabApp": {"news_url": ""}, "KernelSpecManager": {"allowed_kernelspecs": ["convlab"]}}' \
        > "$1/../etc/jupyter/jupyter_server_config.json" \
    && ln -s "$1/jupyterhub-singleuser" /usr/local/bin/ \
    && printf '#!/bin/sh\ncd /opt/convlab && convlab prepare && cd my-labs && exec jupyterhub-singleuser "$@"\n' > /usr/local/bin/convlab-hub \
    && chmod 755 /usr/local/bin/convlab-hub
USER 1000
HEALTHCHECK NONE
ENTRYPOINT []
CMD ["convlab-hub"]
