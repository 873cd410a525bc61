"""Writes OTLP's own schema of traces, as the package opentelemetry-proto has it, into a file: a set of descriptors."""

import re
import sys

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

files = FileDescriptorSet()
seen = set()


def add(file):
    if file.name in seen:
        return
    seen.add(file.name)
    for each in file.dependencies:
        add(each)
    copy = files.file.add()
    file.CopyToProto(copy)
    for message in copy.message_type:
        rename(message)


def rename(message):
    """As readers of .proto files name fields in JavaScript: trace_id is traceId."""
    for field in message.field:
        field.name = re.sub(r"_([a-z])", lambda match: match[1].upper(), field.name)
    for nested in message.nested_type:
        rename(nested)


add(trace_service_pb2.DESCRIPTOR)
with open(sys.argv[1], "wb") as out:
    out.write(files.SerializeToString())
