"""Stored networks taken apart and put together again, as they are or were."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from iqgeo.distances.roads import stored, stored_parts
from iqgeo.distances.roads.stored_hierarchy import HEAD, named_in, names_of, names_of_parts


def opened(path):
    """The parts of a file, and what it says of them."""
    said = {key.decode(): it.decode() for key, it in pq.read_schema(path).metadata.items()}
    names = [[*stored.LINK_COLUMNS, stored.BENDS], [*stored.SHAPE_COLUMNS]]
    names += names_of_parts(named_in(pq.read_schema(path).metadata))
    return [stored_parts.read(path, at, [part]) for at, part in enumerate(names)], said


def changed(path, name, values):
    """The file with other values in one column; ``None`` leaves it out."""
    parts, said = opened(path)
    (part,) = [it for it in parts if name in it]
    if values is None:
        del part[name]
    else:
        part[name] = values(part[name])
    stored_parts.write(path, parts, said, {})


def as_lists(path):
    """The file as the version before would have written it."""
    parts, said = opened(path)
    head = {**json.loads(said[stored.FORMAT]), "version": stored_parts.LISTS_VERSION}
    links, shapes = parts[0], parts[1]
    ends = np.concatenate([[0], np.cumsum(links.pop(stored.BENDS))])
    columns = {name: pa.array(it) for name, it in links.items()}
    columns |= {name: lists(ends, it) for name, it in shapes.items()}
    flat = {name: it for part in parts[2:] for name, it in part.items()}
    for unit in json.loads(said[HEAD.decode()]):
        for name in names_of(unit):
            whole = np.full(len(ends), len(flat[name]))
            whole[0] = 0
            columns[name] = lists(whole, flat[name])
    schema = pa.schema(
        [pa.field(name, it.type, nullable=False) for name, it in columns.items()],
        {**said, stored.FORMAT: json.dumps(head)},
    )
    pq.write_table(pa.table(columns, schema=schema), path, compression="zstd")


def lists(ends, values):
    flat = pa.array(values)
    kind = pa.list_(pa.field("element", flat.type, nullable=False))
    return pa.ListArray.from_arrays(pa.array(ends, type=pa.int32()), flat, type=kind)
