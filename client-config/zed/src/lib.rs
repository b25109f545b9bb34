//! Starts the `ccds-ls` that is on the path of the worktree.

use zed_extension_api::{self as zed, settings::LspSettings, Command, LanguageServerId, Result, Worktree};

struct Ccds;

impl zed::Extension for Ccds {
    fn new() -> Self {
        Ccds
    }

    fn language_server_command(&mut self, _: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let command = worktree
            .which("ccds-ls")
            .ok_or("ccds-ls is not on the path: pipx install ccds-ls")?;
        Ok(Command { command, args: vec!["server".into()], env: worktree.shell_env() })
    }

    fn language_server_initialization_options(
        &mut self,
        id: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<zed::serde_json::Value>> {
        Ok(LspSettings::for_worktree(id.as_ref(), worktree)?.initialization_options)
    }
}

zed::register_extension!(Ccds);
