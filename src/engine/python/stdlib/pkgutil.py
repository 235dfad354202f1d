import os.path as _path
from collections import namedtuple as _namedtuple
from importlib import import_module as _import_module

ModuleInfo = _namedtuple("ModuleInfo", "module_finder name ispkg")


def iter_modules(path=None, prefix=""):
    if path is None or not all(_is_folder(folder) for folder in path):
        return _on_disk("which modules there are")
    return iter(_listed(path, prefix))


def _listed(path, prefix):
    found = {}
    for folder in path:
        for entry in _folder_names(folder):
            name, suffix = _path.splitext(entry)
            is_package = _is_known(_path.join(folder, entry, "__init__.py"))
            if (suffix == ".py" or is_package) and name != "__init__" and "." not in name and name not in found:
                found[name] = ModuleInfo(None, prefix + name, is_package)
    return list(found.values())


def walk_packages(path=None, prefix="", onerror=None):
    return _on_disk("which modules there are") if path is None else _walked(path, prefix)


def _walked(path, prefix):
    for info in iter_modules(path, prefix):
        yield info
        if info.ispkg:
            yield from _walked(_import_module(info.name).__path__, info.name + ".")


def extend_path(path, name):
    return path


def get_data(package, resource):
    return _on_disk(f"the contents of {resource!r}")


def resolve_name(name):
    module, _, attribute = name.partition(":")
    value = _import_module(module)
    for part in attribute.split(".") if attribute else []:
        value = getattr(value, part)
    return value
