# The labs' image for a JupyterHub: docker build -t convlab-hub -f deploy/hub.Dockerfile deploy
# Its JupyterHub must be the hub's own: compare the version with that of the hub.
ARG IMAGE=convlab
FROM ${IMAGE}
USER root
RUN set -- /opt/convlab-cache/python-*/bin \
    && "$1/python" -m pip install --no-cache-dir jupyterhub==5.4.6 \
    && "$1/jupyter" kernelspec install --sys-prefix --name convlab /opt/convlab-cache/jupyter/*/kernels/convlab \
    && ln -s "$1/jupyterhub-singleuser" /usr/local/bin/ \
    && printf '#!/bin/sh\ncd /opt/convlab && convlab prepare && exec jupyterhub-singleuser "$@"\n' > /usr/local/bin/convlab-hub \
    && chmod 755 /usr/local/bin/convlab-hub
USER 1000
HEALTHCHECK NONE
ENTRYPOINT []
CMD ["convlab-hub"]
