"""How a conversation begins, and what may change during all of it: the settings and the workspace's folders."""

from __future__ import annotations

import asyncio
import gc
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from ccds_ls.lsp.from_proto import path_of
from ccds_ls.lsp.to_proto import client_of
from ccds_ls.secrets import EngineUnavailable, load, own_rules_only

if TYPE_CHECKING:
    from ccds_ls.lsp.server import Server

log = logging.getLogger(__name__)


def initialize(server: Server, params: types.InitializeParams) -> None:
    encoding = server.workspace.position_encoding or types.PositionEncodingKind.Utf16
    name = params.client_info.name if params.client_info else ""
    server.session.client = client_of(params.capabilities, encoding, name)
    options = params.initialization_options
    server.session.settings = _settings(options)
    folders = [path_of(folder.uri) for folder in params.workspace_folders or ()]
    if params.workspace_folders is None and params.root_uri:
        folders = [path_of(params.root_uri)]
    server.session.folders.workspace = [Path(folder) for folder in folders if folder]


def _settings(options: object) -> dict[str, Any]:
    """The editor's settings: the ``ccds`` section, or the options themselves where that level is left out."""
    if not isinstance(options, dict):
        return {}
    section = options.get("ccds", options)
    return dict(section) if isinstance(section, dict) else {}


def initialized(server: Server, _: types.InitializedParams) -> None:
    server.tell_status()
    server.start(server.work.run())
    server.start(_load_engine(server))
    for folder in server.session.folders.workspace:
        server.work.look(folder)
    if server.session.client.watch_files:
        server.start(_watch_files(server))
    if server.session.client.configuration:
        server.start(_ask_settings(server))


async def _ask_settings(server: Server) -> None:
    """Take the settings that the client has for us; what it has none for stays as it was given at the start."""
    asked = types.ConfigurationParams([types.ConfigurationItem(section="ccds")])
    try:
        answer = await server.workspace_configuration_async(asked)
    except JsonRpcException as error:
        log.warning("the client has no settings for us: %s", error)
        return
    section = answer[0] if answer else None
    if isinstance(section, dict):
        settings = {
            **server.session.settings,
            **{key: value for key, value in section.items() if value is not None},
        }
        if settings != server.session.settings:
            server.session.settings = settings
            server.work.everything()


async def _load_engine(server: Server) -> None:
    """Load the secret engine in the background, then check again what was checked without it."""
    detector = own_rules_only()
    try:
        detector = await asyncio.get_running_loop().run_in_executor(None, load)
    except EngineUnavailable as error:
        server.engine_problem = f"{error} Only our own rules look for secrets."
        server.warn(server.engine_problem)
    finally:
        server.session.detector = detector
        server.engine_loaded.set()
    gc.freeze()  # what has been loaded stays; see work.keep_for_good
    server.work.everything()


async def _watch_files(server: Server) -> None:
    """Have the client report what happens on disk; our own poll covers the index where it can't."""
    watchers = [
        types.FileSystemWatcher(glob)
        for glob in ("**/*.ipynb", "**/.gitignore", "**/.gitattributes", "**/pyproject.toml")
    ]
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
    registration = types.Registration("ccds-watch", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    try:
        await server.client_register_capability_async(types.RegistrationParams([registration]))
    except JsonRpcException as error:  # The poll goes on.
        log.warning("the client does not watch files for us: %s", error)


def settings_changed(server: Server, params: types.DidChangeConfigurationParams) -> None:
    if params.settings:
        server.session.settings = _settings(params.settings)
        server.work.everything()
    elif server.session.client.configuration:
        server.start(_ask_settings(server))
    # Else it says nothing: Eglot sends an empty one after the start, which must not undo what was given there.


def folders_changed(server: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    removed = {path_of(folder.uri) for folder in params.event.removed}
    added = [path_of(folder.uri) for folder in params.event.added]
    kept = [folder for folder in server.session.folders.workspace if str(folder) not in removed]
    server.session.folders.workspace = kept + [Path(folder) for folder in added if folder]
    server.start(server.work.leave())
    for folder in added:
        if folder:
            server.work.look(Path(folder))
