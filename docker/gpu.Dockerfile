# syntax=docker/dockerfile:1
# A worker for GPUs, on top of the worker's image: TensorFlow's binding, built against the libraries of a Python wheel
# as specification/gpu.md has it, and WebGPU. The driver comes from the host's NVIDIA container toolkit.
ARG WORKER=stratlab-worker
ARG PYTHON=python:3.12-slim-bookworm
ARG NODE=node:24-bookworm

FROM ${PYTHON} AS wheel
ARG TENSORFLOW="tensorflow[and-cuda]==2.21.0"
RUN pip install --no-cache-dir --target /wheel "${TENSORFLOW}" \
  && mkdir -p /opt/wheel/tensorflow /wheel/nvidia \
  && mv /wheel/nvidia /opt/wheel/ && mv /wheel/tensorflow/libtensorflow*.so.2 /opt/wheel/tensorflow/ \
  && mv /wheel/tensorflow/include /opt/include && rm -r /wheel

FROM ${NODE} AS binding
WORKDIR /opt/gpu
RUN npm init -y && npm install --ignore-scripts --no-audit --no-fund @tensorflow/tfjs-node-gpu@4.22.0 webgpu@0.6
COPY --from=wheel /opt/include /opt/include
COPY --from=wheel /opt/wheel/tensorflow /opt/wheel/tensorflow
RUN set -e; cd node_modules/@tensorflow/tfjs-node-gpu; mkdir -p deps/lib; ln -s /opt/include deps/include; \
  for name in libtensorflow.so libtensorflow.so.2 libtensorflow_cc.so.2; do \
    ln -s /opt/wheel/tensorflow/libtensorflow_cc.so.2 deps/lib/$name; done; \
  for name in libtensorflow_framework.so libtensorflow_framework.so.2; do \
    ln -s /opt/wheel/tensorflow/libtensorflow_framework.so.2 deps/lib/$name; done; \
  npx node-pre-gyp install --build-from-source --nodedir=/usr/local

FROM ${WORKER} AS gpu-worker
USER root
RUN apt-get update && apt-get install -y --no-install-recommends libvulkan1 && rm -rf /var/lib/apt/lists/*
COPY --from=wheel /opt/wheel /opt/wheel
COPY --from=binding /opt/gpu /opt/gpu
RUN find /opt/wheel/nvidia -name lib -type d > /etc/ld.so.conf.d/nvidia-wheels.conf && ldconfig
ENV NODE_PATH=/opt/gpu/node_modules NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics
USER 10001:10001
CMD ["worker", "--capabilities", "gpu", "--concurrency", "1"]
