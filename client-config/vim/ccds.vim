" ccds-ls in Vim 8.2 and newer, through ALE. Save this file as ~/.vim/plugin/ccds.vim.

let g:ccds_settings = get(g:, 'ccds_settings', {}) " for example {'initials': 'jqp'}

filetype on

function! s:Root(buffer) abort
  let l:folder = fnamemodify(bufname(a:buffer), ':p:h')
  let l:git = finddir('.git', l:folder . ';')
  let l:git = empty(l:git) ? findfile('.git', l:folder . ';') : l:git
  return empty(l:git) ? getcwd() : substitute(fnamemodify(l:git, ':p'), '/*\.git/*$', '', '')
endfunction

" ALE says nothing where the server is not there, as if there were nothing to find. The message is told once, and after
" Vim's own about the file that is opened.
function! s:Miss() abort
  if !exists('s:missed')
    let s:missed = timer_start(0, {-> execute('echohl WarningMsg | echomsg s:missing | echohl None', '')})
  endif
endfunction
let s:missing = "ccds-ls is not on Vim's PATH, so nothing is checked. Try: pipx install ccds-ls"

" A secret or a data file may have any name, so every file type gets the linter, and a file without one is text.
function! s:Define(filetype) abort
  if !executable('ccds-ls')
    return s:Miss()
  elseif !empty(a:filetype) && empty(&buftype)
    call ale#linter#Define(a:filetype, {
    \ 'name': 'ccds-ls',
    \ 'lsp': 'stdio',
    \ 'executable': 'ccds-ls',
    \ 'command': '%e server',
    \ 'language': a:filetype,
    \ 'project_root': function('s:Root'),
    \ 'initialization_options': g:ccds_settings,
    \})
    " Beside the linters that ALE runs here already: for some file types they are a list, which ours is not on.
    let b:ale_linters = uniq(sort(map(ale#linter#Get(a:filetype), 'v:val.name') + ['ccds-ls']))
  endif
endfunction

augroup ccds
  autocmd!
  autocmd FileType * call s:Define(expand('<amatch>'))
  autocmd BufReadPost,BufNewFile * if empty(&filetype) && empty(&buftype) | setfiletype text | endif
augroup END

" The palette commands

function! s:Request(message, Then) abort
  call ale#lsp_linter#SendRequest(bufnr(''), 'ccds-ls', a:message, function('s:Answered', [a:Then]))
endfunction

function! s:Answered(Then, response) abort
  if has_key(a:response, 'error')
    echohl ErrorMsg | echomsg 'ccds-ls: ' . a:response.error.message | echohl None
  else
    call a:Then(a:response.result)
  endif
endfunction

function! s:Execute(command, argument) abort
  call s:Request([0, 'workspace/executeCommand', {'command': a:command, 'arguments': [a:argument]}], function('s:Show'))
endfunction

" Findings become the quickfix list. A message of one line is told, a longer one gets a window. A file that the
" command made or renamed is shown.
function! s:Show(result) abort
  if has_key(a:result, 'findings')
    let l:kinds = {'error': 'E', 'warning': 'W', 'information': 'I', 'hint': 'I'}
    call setqflist(map(copy(a:result.findings), {_, item -> {
    \ 'filename': s:Root(bufnr('')) . '/' . item.path, 'lnum': item.line, 'col': item.column,
    \ 'type': l:kinds[item.severity], 'text': item.message . ' [' . item.code . ']'}}))
  endif
  if a:result.message =~# "\n"
    botright new
    setlocal buftype=nofile bufhidden=wipe filetype=markdown
    call setline(1, split(a:result.message, "\n"))
  else
    echomsg a:result.message
  endif
  let l:path = has_key(a:result, 'uri') ? ale#util#ToResource(a:result.uri) : ''
  if empty(l:path) && !empty(bufname('')) && empty(&buftype) && !filereadable(expand('%:p'))
    let l:path = get(a:result.paths, -1, '') " The open file has a new name.
  endif
  let l:path = isdirectory(l:path) ? l:path . '/README.md' : l:path
  if filereadable(l:path) && l:path !=# expand('%:p')
    execute 'edit' fnameescape(l:path)
  endif
endfunction

function! s:Run(command, fill, questions, given) abort
  let l:argument = {}
  if index(a:fill, 'root') >= 0
    let l:argument.root = ale#util#ToURI(s:Root(bufnr('')))
  endif
  if index(a:fill, 'file') >= 0
    let l:argument.uri = ale#util#ToURI(expand('%:p'))
  endif
  let l:given = a:given
  for [l:key, l:prompt] in a:questions
    let l:proposed = index(['newName', 'pattern'], l:key) >= 0 ? expand('%:t') : ''
    let l:answer = empty(l:given) ? input(l:prompt . ' ', l:proposed) : l:given
    let l:given = ''
    if !empty(l:answer)
      let l:argument[l:key] = l:answer
    endif
  endfor
  if has_key(l:argument, 'title')
    let l:argument.answers = {'project_name': remove(l:argument, 'title')}
  endif
  call s:Execute(a:command, l:argument)
endfunction

" The fixes for the cursor's line, as a menu. :ALECodeAction has them, too, but not what they say when they are done.
function! s:Fixes() abort
  let l:range = {'start': {'line': line('.') - 1, 'character': 0}, 'end': {'line': line('.'), 'character': 0}}
  let l:document = {'uri': ale#util#ToURI(expand('%:p'))}
  let l:params = {'textDocument': l:document, 'range': l:range, 'context': {'diagnostics': []}}
  call s:Request([0, 'textDocument/codeAction', l:params], function('s:Choose'))
endfunction

function! s:Choose(actions) abort
  if empty(a:actions)
    echomsg 'ccds-ls has no fix for this line.'
    return
  endif
  let l:titles = map(copy(a:actions), {_, action -> action.title})
  call popup_menu(l:titles, {'title': ' Fix ', 'callback': {_, choice -> s:Fix(a:actions, choice)}})
endfunction

function! s:Fix(actions, choice) abort
  if a:choice < 1
    return
  endif
  let l:action = a:actions[a:choice - 1]
  if has_key(l:action, 'edit')
    call ale#codefix#ApplyLSPCodeAction({}, {'edit': l:action.edit})
  endif
  if has_key(l:action, 'command')
    call s:Execute(l:action.command.command, get(l:action.command, 'arguments', [{}])[0])
  endif
endfunction

let s:commands = [
"\ commands {{{ name, command, title, what it takes from where you are, what it asks (generated)
\ ['NewProject', 'ccds.newProject', 'New Project…', ['root'], [['title', 'The project’s title; without one a form with every option opens.']]],
\ ['InspectProject', 'ccds.inspectProject', 'Inspect Project', ['root'], []],
\ ['AdoptProject', 'ccds.adoptProject', 'Adopt CCDS in This Folder…', ['root'], []],
\ ['UpdateProject', 'ccds.updateProject', 'Update the Project from the Template', ['root'], []],
\ ['CheckCommit', 'ccds.checkCommit', 'Check the Coming Commit', ['root'], []],
\ ['GitStage', 'ccds.git.stage', 'Git: Stage Changes', ['root'], []],
\ ['GitCommit', 'ccds.git.commit', 'Git: Commit What Is Staged…', ['root'], [['message', 'The commit message, such as ’feat: model training script added’.']]],
\ ['InstallHook', 'ccds.installHook', 'Install the Commit Hook', ['root'], []],
\ ['GitInit', 'ccds.git.init', 'Git: Initialise with a First Commit', ['root'], []],
\ ['GitAddRemote', 'ccds.git.addRemote', 'Git: Add a Remote…', ['root'], [['url', 'The address of the repository.']]],
\ ['GitPush', 'ccds.git.push', 'Git: Push', ['root'], []],
\ ['GitPull', 'ccds.git.pull', 'Git: Pull (Fast-Forward)', ['root'], []],
\ ['GitClone', 'ccds.git.clone', 'Git: Clone…', ['root'], [['url', 'The address of the repository.']]],
\ ['GitCreateBranch', 'ccds.git.createBranch', 'Git: Create a Branch…', ['root'], [['name', 'The branch’s name, such as ’initial-exploration’; one is proposed when it is empty.']]],
\ ['NewNotebook', 'ccds.newNotebook', 'New Notebook…', ['root'], [['description', 'A few words on what the notebook is about.']]],
\ ['RenameNotebook', 'ccds.renameNotebook', 'Rename This Notebook…', ['file'], [['newName', 'Its new file name; empty for the proposed one.']]],
\ ['RenameAllNotebooks', 'ccds.renameAllNotebooks', 'Rename All Notebooks…', ['root'], []],
\ ['RenumberNotebooks', 'ccds.renumberNotebooks', 'Number the Notebooks of a Phase Anew…', ['root'], []],
\ ['SetInitials', 'ccds.setInitials', 'Set Your Initials…', ['file', 'root'], []],
\ ['SetNotebookStyle', 'ccds.setNotebookStyle', 'Set the Style of Notebook Names…', ['file', 'root'], [['style', '’ccds’, ’number’, or a regular expression for names without their ending.']]],
\ ['OutputFilter', 'ccds.outputFilter', 'Keep Notebook Outputs out of Git…', ['root'], []],
\ ['Unstage', 'ccds.unstage', 'Unstage This File', ['file'], []],
\ ['Ignore', 'ccds.ignore', 'Add to .gitignore', ['file'], [['pattern', 'The line to add to the ignore file.']]],
\ ['Baseline', 'ccds.baseline', 'Accept Everything That Stands', ['root'], []],
\ ['Explain', 'ccds.explain', 'Explain a Rule, or the Exercise…', ['root'], [['code', 'The code of a rule, or ’exercise’ for the steps of the first week; without it all rules are listed.']]],
\ ['MoveToRaw', 'ccds.moveToRaw', 'Move This File to data/raw', ['file'], []],
\ ['TrackWithLfs', 'ccds.trackWithLfs', 'Track This File with Git LFS', ['file'], []],
\ ['TrackWithDvc', 'ccds.trackWithDvc', 'Track This File with DVC', ['file'], []],
\ ['Pause', 'ccds.pause', 'Pause Checking', [], []],
\ ['Resume', 'ccds.resume', 'Resume Checking', [], []],
\ ['StripOutputs', 'ccds.stripOutputs', 'Clear the Outputs of This Notebook', ['file'], []],
"\ }}}
\]

for [s:name, s:command, s:title, s:fill, s:questions] in s:commands
  execute 'command! -nargs=* Ccds' . s:name 'call s:Run('
  \ . join(map([s:command, s:fill, s:questions], {_, value -> string(value)}), ', ') . ', <q-args>)'
endfor

command! CcdsFix call s:Fixes()
