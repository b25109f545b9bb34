-- The bench's eyes and hands in Neovim. `Bench(json)` takes [verb, argument...] and returns JSON.

local severities = { 'error', 'warning', 'information', 'hint' }
local answers, offered, chosen = {}, {}, nil

-- The user's part in a question: fixes are recorded and one is chosen by its title, prompts take what was given.
vim.ui.select = function(items, options, done)
  offered = {}
  for index, item in ipairs(items) do
    table.insert(offered, ((options.format_item or tostring)(item)))
    if chosen and offered[index] == chosen then
      return done(item, index)
    end
  end
  if not chosen then
    return done(nil, nil)
  end
  done(items[1], 1)
end

vim.ui.input = function(options, done)
  done(table.remove(answers, 1) or options.default)
end

local function buffer(path)
  return vim.uri_to_bufnr(vim.uri_from_fname(path))
end

local verbs = {}

function verbs.open(path)
  vim.cmd('edit ' .. vim.fn.fnameescape(vim.fn.fnamemodify(path, ':.')))
end

function verbs.shown(path)
  return vim.tbl_map(function(item)
    return {
      code = item.code or item.user_data and item.user_data.lsp.code,
      message = item.message,
      line = item.lnum + 1,
      severity = severities[item.severity],
    }
  end, vim.diagnostic.get(buffer(path)))
end

function verbs.type(text)
  vim.api.nvim_buf_set_lines(0, -1, -1, false, { text })
end

function verbs.erase()
  vim.api.nvim_buf_set_lines(0, -2, -1, false, {})
end

function verbs.ask_fixes(line, title)
  chosen = title
  vim.api.nvim_win_set_cursor(0, { line, 0 })
  vim.lsp.buf.code_action()
end

function verbs.offered()
  local titles = offered
  offered = {}
  return titles
end

function verbs.command(command, given)
  chosen, answers = 'Yes', given
  vim.cmd(command)
end

function verbs.said()
  return vim.fn.execute('messages')
end

function verbs.float()
  vim.cmd('normal! gg')
  vim.diagnostic.goto_next({ severity = vim.diagnostic.severity.ERROR, float = { border = 'single' } })
end

function Bench(json)
  local call = vim.json.decode(json)
  return vim.json.encode(verbs[call[1]](unpack(call, 2)) or vim.NIL)
end
