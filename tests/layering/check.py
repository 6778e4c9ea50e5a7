#!/usr/bin/env python3
"""Reads every #include "module/…" under src/ against the DEPENDS of src/modules.cmake.

A module may include itself and the modules that it (transitively) depends on, and every dependency must lie on
a lower level and be used by an #include of the module. Third-party headers may appear only where the rule below
allows them.
"""
import pathlib
import re
import sys

LEVELS = [
    ["base"],
    ["json", "loop", "attempts", "patch", "git"],
    ["protocol", "process", "http"],
    ["config", "sandbox", "github"],
    ["model", "mcp", "review"],
    ["tools"],
    ["agent"],
    ["codex"],
    ["action"],
    ["cli", "worker"],
]
# A third-party header may be included by sources and private headers of these modules only.
THIRD_PARTY = {
    "curl/": {"http", "loop"},
    "git2": {"git"},
    "rapidjson/": {"json"},
    "yaml-cpp/": {"config"},
    "toml++/": {"config"},
    "spdlog/": {"base"},
    "linux/landlock.h": {"sandbox"},
}
# The one private header of each library.
PRIVATE_HEADERS = {"http/curl_handles.h", "git/git_handles.h", "json/rapidjson.h"}


def main(root: pathlib.Path) -> int:
    source = root / "src"
    depends = {"worker": ["base", "json", "attempts", "patch", "sandbox"]}
    for name, body in re.findall(r"^codex_module\((\w+)([^)]*)\)", (source / "modules.cmake").read_text(), re.M):
        found = re.search(r"DEPENDS([\w\s]*?)(?:PRIVATE|$)", body)
        depends[name] = found.group(1).split() if found else []
    level = {name: index for index, names in enumerate(LEVELS) for name in names}
    errors = []
    for name, below in depends.items():
        for other in below:
            if level[other] >= level[name]:
                errors.append(f"src/modules.cmake: {name} (level {level[name]}) depends on {other} (level {level[other]})")

    def reachable(name: str) -> set:
        seen = {name}
        todo = list(depends.get(name, []))
        while todo:
            other = todo.pop()
            if other not in seen:
                seen.add(other)
                todo += depends.get(other, [])
        return seen

    used = {name: set() for name in depends}
    files = 0
    for path in sorted(source.rglob("*")):
        if path.suffix not in {".h", ".cpp"} or path.parent == source:
            continue
        files += 1
        module = path.parent.relative_to(source).parts[0]
        relative = path.relative_to(source).as_posix()
        if module not in depends:
            errors.append(f"src/{relative}: folder {module} is no module of src/modules.cmake")
            continue
        allowed = reachable(module)
        for number, line in enumerate(path.read_text().splitlines(), 1):
            own = re.match(r'\s*#\s*include\s+"(\w+)/', line)
            if own:
                used[module].add(own.group(1))
            if own and own.group(1) not in allowed:
                errors.append(f"src/{relative}:{number}: {module} may not include {own.group(1)}")
            theirs = re.match(r"\s*#\s*include\s+[<\"]([^>\"]+)", line)
            for prefix, modules in THIRD_PARTY.items():
                if theirs and theirs.group(1).startswith(prefix):
                    if module not in modules:
                        errors.append(f"src/{relative}:{number}: {prefix} belongs to {sorted(modules)}")
                    elif path.suffix == ".h" and relative not in PRIVATE_HEADERS:
                        errors.append(f"src/{relative}:{number}: third-party header {theirs.group(1)} in a public header")
    for name, below in depends.items():
        for other in sorted(set(below) - used[name]):
            errors.append(f"src/modules.cmake: {name} names {other}, which nothing in src/{name} includes")
    if files == 0:
        errors.append("no source files found")
    print("\n".join(errors) if errors else f"{files} files keep to the levels")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
