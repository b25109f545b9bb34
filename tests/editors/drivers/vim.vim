" The bench's eyes in Vim: a channel to the driver, over which it asks for the values of expressions.

let s:severities = {'E': 'error', 'W': 'warning'}

function! BenchShown(path) abort
  let l:info = get(g:ale_buffer_info, bufnr(a:path), {})
  return map(copy(get(l:info, 'loclist', [])), {_, item -> {
  \ 'code': get(item, 'code', v:null), 'message': item.text, 'line': item.lnum, 'severity': s:severities[item.type]}})
endfunction

function! BenchMenu() abort
  return empty(popup_list()) ? [] : getbufline(winbufnr(popup_list()[0]), 1, '$')
endfunction

function! BenchDo(command) abort
  execute a:command
  return 1
endfunction

let g:bench = ch_open('localhost:' . $BENCH_PORT, {'mode': 'json', 'waittime': 5000})
