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
if vim.lsp.config then
  vim.lsp.config(config.name, config)
  vim.lsp.enable(config.name)
end
vim.api.nvim_create_autocmd({ 'BufReadPost', 'BufNewFile', 'BufFilePost' }, {
  group = group,
  callback = function(event)
    -- Neovim 0.11 attaches by file type, and a file such as `credentials` has none.
    if not vim.lsp.config or vim.bo[event.buf].filetype == '' then
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

local function execute(command, argument, done)
  with_client(function(client)
    local params = { command = command, arguments = { next(argument) and argument or vim.empty_dict() } }
    local function answered(err, result)
      if err then
        say(err.message, true)
      else
        (done or function()
          say(result.message)
        end)(result)
      end
    end
    if vim.fn.has('nvim-0.11') == 1 then
      client:request('workspace/executeCommand', params, answered)
    else
      client.request('workspace/executeCommand', params, answered)
    end
  end)
end

local function uri()
  return vim.uri_from_bufnr(0)
end

local function root()
  return vim.uri_from_fname(root_of(0) or vim.fn.getcwd())
end

local function or_ask(given, prompt, default, act)
  if given ~= '' then
    return act(given)
  end
  vim.ui.input({ prompt = prompt, default = default }, function(answer)
    if answer and answer ~= '' then
      act(answer)
    end
  end)
end

-- New Project asks what the server describes, one option after the other, with its defaults and its checks.

local function choose(option, done)
  vim.ui.select(option.choices, {
    prompt = option.title .. ': ' .. option.description,
    format_item = function(choice)
      return choice.value .. ' – ' .. choice.description
    end,
  }, function(choice)
    if not choice then
      return
    end
    local sub = {}
    local function next_sub(index)
      local wanted = choice.options[index]
      if not wanted then
        return done(#choice.options > 0 and { [choice.value] = sub } or choice.value)
      end
      vim.ui.input({ prompt = wanted.description .. ' ', default = wanted.default }, function(answer)
        if answer then
          sub[wanted.key] = answer
          next_sub(index + 1)
        end
      end)
    end
    next_sub(1)
  end)
end

local function make_project(answers)
  vim.ui.select({ true, false }, {
    prompt = 'Put the project under git, with a first commit?',
    format_item = function(git)
      return git and 'Yes' or 'No'
    end,
  }, function(git)
    if git == nil then
      return
    end
    local argument = { root = vim.uri_from_fname(vim.fn.getcwd()), answers = answers, git = git }
    execute('ccds.newProject', argument, function(result)
      say(result.message)
      vim.cmd('edit ' .. vim.fn.fnameescape(result.paths[1] .. '/README.md'))
    end)
  end)
end

local function ask_option(answers, index)
  execute('ccds.newProject', { describe = true, answers = answers }, function(result)
    local asked = result.options[index - 1]
    for _, problem in ipairs(result.problems) do
      if asked and problem.key == asked.key then
        say(problem.message, true)
        answers[asked.key] = nil
        return ask_option(answers, index - 1)
      end
    end
    local option = result.options[index]
    local function answered(answer)
      if answer then
        answers[option.key] = answer
        ask_option(answers, index + 1)
      end
    end
    if not option then
      make_project(answers)
    elseif #option.choices > 0 then
      choose(option, answered)
    else
      vim.ui.input({ prompt = option.description .. ' ', default = option.default }, answered)
    end
  end)
end

local function new_project(given)
  or_ask(given, "The project's title: ", '', function(name)
    vim.ui.select({ 'Make it with the defaults', 'Choose each option' }, { prompt = name }, function(_, choice)
      if choice == 1 then
        make_project({ project_name = name })
      elseif choice == 2 then
        ask_option({ project_name = name }, 2)
      end
    end)
  end)
end

local function rename_notebook(given)
  local name = vim.fn.expand('%:t')
  or_ask(given, 'New name: ', name, function(new_name)
    execute('ccds.renameNotebook', { uri = uri(), newName = new_name }, function(result)
      say(result.message)
      vim.cmd('edit ' .. vim.fn.fnameescape(result.paths[2]))
    end)
  end)
end

local function accept(given)
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  local found = vim.tbl_filter(function(item)
    return item.source == 'ccds'
  end, vim.diagnostic.get(0, { lnum = line }))
  if not found[1] then
    return say('There is no finding of ccds-ls on this line.', true)
  end
  local data = found[1].user_data.lsp.data or {}
  or_ask(given, 'Why is it fine? ', '', function(reason)
    local argument = { uri = uri(), code = found[1].code, reason = reason, fingerprint = data.fingerprint }
    execute('ccds.suppress', argument)
  end)
end

local commands = {
  NewProject = new_project, -- ccds.newProject
  CheckCommit = function()
    execute('ccds.checkCommit', { root = root() })
  end,
  GitInit = function()
    execute('ccds.git.init', { root = root() })
  end,
  Commit = function(given)
    or_ask(given, 'Commit message: ', '', function(message)
      execute('ccds.git.commit', { root = root(), message = message })
    end)
  end,
  Unstage = function()
    execute('ccds.unstage', { uri = uri() })
  end,
  Ignore = function(given)
    or_ask(given, 'Line for .gitignore: ', vim.fn.expand('%:t'), function(pattern)
      execute('ccds.ignore', { uri = uri(), pattern = pattern })
    end)
  end,
  RenameNotebook = rename_notebook, -- ccds.renameNotebook
  Accept = accept, -- ccds.suppress
  Explain = function(given)
    execute('ccds.explain', given ~= '' and { code = given } or {})
  end,
  Findings = function()
    vim.diagnostic.setqflist({ title = 'ccds-ls' })
  end,
}

for name, act in pairs(commands) do
  vim.api.nvim_create_user_command('Ccds' .. name, function(given)
    act(given.args)
  end, { nargs = '*' })
end
