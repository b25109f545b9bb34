"""One module an editor; each has one or more ``Driver`` records. An editor that is listed here is on the bench."""

from editors.drivers import emacs, helix, jupyterlab, kate, lsp_mode, neovim, vim, vscode

DRIVERS = (
    vscode.CURRENT,
    neovim.CURRENT,
    neovim.DEBIAN,
    vim.DRIVER,
    emacs.DRIVER,
    lsp_mode.DRIVER,
    jupyterlab.DRIVER,
    kate.DRIVER,
    helix.DRIVER,
)
