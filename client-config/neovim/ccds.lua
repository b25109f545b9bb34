-- ccds-ls in Neovim 0.7 and newer. Save this file as ~/.config/nvim/plugin/ccds.lua.

local settings = {} -- for example { initials = 'jqp' }; the settings are listed in ccds-ls' documentation

local config = {
  name = 'ccds_ls',
  cmd = { 'ccds-ls', 'server' },
  root_markers = { '.git' },
  init_options = next(settings) and settings or nil,
}

-- The language server looks at every kind of file: a secret or a data file may have any name.

local function root_of(buffer)
  local folder = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ':p:h')
  local git = vim.fn.finddir('.git', folder .. ';')
  if git == '' then
    git = vim.fn.findfile('.git', folder .. ';')
  end
  return git ~= '' and vim.fn.fnamemodify(git, ':p'):gsub('/*%.git/*$', '') or nil
end

local function clients()
  local found = {}
  for _, client in ipairs((vim.lsp.get_clients or vim.lsp.get_active_clients)()) do
    if client.name == config.name then
      table.insert(found, client)
    end
  end
  return found
end

local starting = {}

local function start(root)
  if vim.lsp.config then
    return vim.lsp.start(vim.tbl_extend('force', config, { root_dir = root, root_markers = false }), { attach = false })
  end
  starting[root] = starting[root] or vim.lsp.start_client(vim.tbl_extend('force', config, {
    root_dir = root,
    root_markers = false,
    on_exit = function()
      starting[root] = nil
    end,
  }))
  return starting[root]
end

-- Neovim says nothing where the server is not there, as if there were nothing to find. This is told once, and after what
-- Neovim says of the file.
local installed = vim.fn.executable(config.cmd[1]) == 1
local miss = vim.schedule_wrap(function()
  vim.notify_once("ccds-ls is not on Neovim's PATH, so nothing is checked. Try: pipx install ccds-ls", vim.log.levels.WARN)
end)

local function attach(buffer)
  if vim.bo[buffer].buftype ~= '' or vim.api.nvim_buf_get_name(buffer) == '' then
    return
  end
  local root = root_of(buffer) or vim.fn.getcwd()
  for _, client in ipairs(clients()) do
    if client.config.root_dir == root then
      return vim.lsp.buf_attach_client(buffer, client.id)
    end
  end
  vim.lsp.buf_attach_client(buffer, start(root))
end

local group = vim.api.nvim_create_augroup('ccds_ls', {})
if vim.lsp.config and installed then
  vim.lsp.config(config.name, config)
  vim.lsp.enable(config.name)
end
vim.api.nvim_create_autocmd({ 'BufReadPost', 'BufNewFile', 'BufFilePost' }, {
  group = group,
  callback = function(event)
    if not installed then
      miss()
      -- Neovim 0.11 attaches by file type, and a file such as `credentials` has none.
    elseif not vim.lsp.config or vim.bo[event.buf].filetype == '' then
      attach(event.buf)
    end
  end,
})

-- The palette commands

local function say(message, failed)
  vim.notify(message, failed and vim.log.levels.ERROR or vim.log.levels.INFO)
end

-- The client of the current buffer, else any, else one that is started for the folder; it may take a moment.
local function with_client(act, waited)
  local here = vim.api.nvim_get_current_buf()
  local best = clients()[1]
  for _, client in ipairs(clients()) do
    if vim.lsp.buf_is_attached(here, client.id) then
      best = client
    end
  end
  waited = waited or 0
  if best then
    return act(best)
  elseif waited > 10000 then
    return say('ccds-ls did not start; :checkhealth lsp or :LspLog may tell why.', true)
  elseif waited == 0 then
    start(root_of(0) or vim.fn.getcwd())
  end
  vim.defer_fn(function()
    with_client(act, waited + 50)
  end, 50)
end

-- A message of one line is told, a longer one gets a window. A file that the command made or renamed is shown.
local function show(result)
  local lines = vim.split(result.message, '\n')
  if #lines > 1 then
    vim.cmd('botright new')
    vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
    vim.bo.buftype, vim.bo.bufhidden, vim.bo.filetype, vim.bo.modified = 'nofile', 'wipe', 'markdown', false
  else
    say(result.message)
  end
  local path = result.uri and vim.uri_to_fname(result.uri)
  local here = vim.api.nvim_buf_get_name(0)
  if not path and here ~= '' and vim.bo.buftype == '' and vim.fn.filereadable(here) == 0 then
    path = result.paths[#result.paths] -- The open file has a new name.
  end
  if path and vim.fn.isdirectory(path) == 1 then
    path = path .. '/README.md'
  end
  if path and path ~= here and vim.fn.filereadable(path) == 1 then
    vim.cmd('edit ' .. vim.fn.fnameescape(path))
  end
end

local function execute(command, argument)
  with_client(function(client)
    local params = { command = command, arguments = { next(argument) and argument or vim.empty_dict() } }
    local function answered(err, result)
      if err then
        say(err.message, true)
      else
        show(result)
      end
    end
    if vim.fn.has('nvim-0.11') == 1 then
      client:request('workspace/executeCommand', params, answered)
    else
      client.request('workspace/executeCommand', params, answered)
    end
  end)
end

-- What a command's argument takes from where you are.
local known = {
  root = function()
    return { root = vim.uri_from_fname(root_of(0) or vim.fn.getcwd()) }
  end,
  file = function()
    return { uri = vim.uri_from_bufnr(0) }
  end,
  finding = function()
    local line = vim.api.nvim_win_get_cursor(0)[1] - 1
    for _, item in ipairs(vim.diagnostic.get(0, { lnum = line })) do
      if item.source == 'ccds' then
        return { code = item.code or item.user_data.lsp.code, fingerprint = item.user_data.lsp.data.fingerprint }
      end
    end
    say('There is no finding of ccds-ls on this line.', true)
  end,
}
local proposed = { newName = '%:t', pattern = '%:t' }

local function ask(argument, questions, given, done)
  if #questions == 0 then
    return done(argument)
  end
  local key, prompt = unpack(questions[1])
  local function answered(answer)
    if answer then
      argument[key] = answer ~= '' and answer or nil
      ask(argument, vim.list_slice(questions, 2), '', done)
    end
  end
  if given ~= '' then
    return answered(given)
  end
  vim.ui.input({ prompt = prompt .. ' ', default = vim.fn.expand(proposed[key] or '') }, answered)
end

local function run(command, fill, questions, given)
  local argument = {}
  for _, what in ipairs(fill) do
    local part = known[what]()
    if not part then
      return
    end
    argument = vim.tbl_extend('force', argument, part)
  end
  ask(argument, questions, given, function(full)
    full.answers, full.title = full.title and { project_name = full.title }, nil
    execute(command, full)
  end)
end

local commands = {
  -- commands {{{ name, command, title, what it takes from where you are, what it asks (generated)
  { 'NewProject', 'ccds.newProject', 'New Project…', { 'root' }, { { 'title', 'The project’s title; without one a form with every option opens.' } } },
  { 'InspectProject', 'ccds.inspectProject', 'Inspect Project', { 'root' }, {} },
  { 'AdoptProject', 'ccds.adoptProject', 'Adopt CCDS in This Folder…', { 'root' }, {} },
  { 'UpdateProject', 'ccds.updateProject', 'Update the Project from the Template', { 'root' }, {} },
  { 'CheckCommit', 'ccds.checkCommit', 'Check the Coming Commit', { 'root' }, {} },
  { 'GitStage', 'ccds.git.stage', 'Git: Stage Changes', { 'root' }, {} },
  { 'GitCommit', 'ccds.git.commit', 'Git: Commit What Is Staged…', { 'root' }, { { 'message', 'The commit message, such as ’feat: model training script added’.' } } },
  { 'InstallHook', 'ccds.installHook', 'Install the Commit Hook', { 'root' }, {} },
  { 'GitInit', 'ccds.git.init', 'Git: Initialise with a First Commit', { 'root' }, {} },
  { 'GitAddRemote', 'ccds.git.addRemote', 'Git: Add a Remote…', { 'root' }, { { 'url', 'The address of the repository.' } } },
  { 'GitPush', 'ccds.git.push', 'Git: Push', { 'root' }, {} },
  { 'GitPull', 'ccds.git.pull', 'Git: Pull (Fast-Forward)', { 'root' }, {} },
  { 'GitClone', 'ccds.git.clone', 'Git: Clone…', { 'root' }, { { 'url', 'The address of the repository.' } } },
  { 'GitCreateBranch', 'ccds.git.createBranch', 'Git: Create a Branch…', { 'root' }, { { 'name', 'The branch’s name, such as ’initial-exploration’; one is proposed when it is empty.' } } },
  { 'NewNotebook', 'ccds.newNotebook', 'New Notebook…', { 'root' }, { { 'description', 'A few words on what the notebook is about.' } } },
  { 'RenameNotebook', 'ccds.renameNotebook', 'Rename This Notebook…', { 'file' }, { { 'newName', 'Its new file name; empty for the proposed one.' } } },
  { 'RenameAllNotebooks', 'ccds.renameAllNotebooks', 'Rename All Notebooks…', { 'root' }, {} },
  { 'RenumberNotebooks', 'ccds.renumberNotebooks', 'Number the Notebooks of a Phase Anew…', { 'root' }, {} },
  { 'SetInitials', 'ccds.setInitials', 'Set Your Initials…', { 'file', 'root' }, {} },
  { 'SetNotebookStyle', 'ccds.setNotebookStyle', 'Set the Style of Notebook Names…', { 'file', 'root' }, { { 'style', '’ccds’, ’number’, or a regular expression for names without their ending.' } } },
  { 'OutputFilter', 'ccds.outputFilter', 'Keep Notebook Outputs out of Git…', { 'root' }, {} },
  { 'Unstage', 'ccds.unstage', 'Unstage This File', { 'file' }, {} },
  { 'Ignore', 'ccds.ignore', 'Add to .gitignore', { 'file' }, { { 'pattern', 'The line to add to the ignore file.' } } },
  { 'Suppress', 'ccds.suppress', 'Accept This Finding…', { 'file', 'finding' }, { { 'reason', 'Why the finding is accepted.' } } },
  { 'Baseline', 'ccds.baseline', 'Accept Everything That Stands', { 'root' }, {} },
  { 'Explain', 'ccds.explain', 'Explain a Rule, or the Exercise…', { 'root' }, { { 'code', 'The code of a rule, or ’exercise’ for the steps of the first week; without it all rules are listed.' } } },
  { 'MoveToRaw', 'ccds.moveToRaw', 'Move This File to data/raw', { 'file' }, {} },
  { 'TrackWithLfs', 'ccds.trackWithLfs', 'Track This File with Git LFS', { 'file' }, {} },
  { 'TrackWithDvc', 'ccds.trackWithDvc', 'Track This File with DVC', { 'file' }, {} },
  { 'Pause', 'ccds.pause', 'Pause Checking', {}, {} },
  { 'Resume', 'ccds.resume', 'Resume Checking', {}, {} },
  { 'StripOutputs', 'ccds.stripOutputs', 'Clear the Outputs of This Notebook', { 'file' }, {} },
  -- }}}
}

for _, entry in ipairs(commands) do
  local name, command, title, fill, questions = unpack(entry)
  vim.api.nvim_create_user_command('Ccds' .. name, function(given)
    run(command, fill, questions, given.args)
  end, { nargs = '*', desc = title })
end

vim.api.nvim_create_user_command('CcdsFindings', function()
  vim.diagnostic.setqflist({ title = 'ccds-ls' })
end, { desc = 'All findings, of closed files too' })
