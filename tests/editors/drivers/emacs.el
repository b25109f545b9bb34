;;; emacs.el --- The bench's eyes in Emacs: functions that return JSON  -*- lexical-binding: t; -*-

(require 'json)
(require 'server)
(require 'flymake)

(defun bench-shown (path)
  "The findings that Flymake shows in the buffer of PATH."
  (let ((buffer (find-buffer-visiting path)))
    (json-encode
     (and buffer
          (with-current-buffer buffer
            (vconcat
             (mapcar (lambda (it)
                       (list :text (flymake-diagnostic-text it)
                             :line (line-number-at-pos (flymake-diagnostic-beg it))
                             :severity (symbol-name (flymake-diagnostic-type it))))
                     (flymake-diagnostics))))))))

(defun bench-front ()
  "The name of the file in the selected window."
  (json-encode (file-name-nondirectory (or (buffer-file-name (window-buffer (selected-window))) ""))))

(defun bench-menu ()
  "What the prompt at the bottom offers, or nil where there is none."
  (json-encode
   (let ((window (active-minibuffer-window)))
     (and window
          (with-current-buffer (window-buffer window)
            (vconcat (all-completions "" minibuffer-completion-table)))))))

(defun bench-asked ()
  "Whether a command asks something at the bottom."
  (let ((window (active-minibuffer-window)))
    (and window
         (with-current-buffer (window-buffer window)
           (not (equal (minibuffer-prompt) "M-x "))))))

(defun bench-clear ()
  "Remove what is proposed as an answer."
  (with-current-buffer (window-buffer (active-minibuffer-window))
    (delete-minibuffer-contents)
    t))

(defun bench-visits (path)
  "Whether the buffer of PATH is on the screen, with its server connected if it is to have one."
  (let ((buffer (window-buffer (selected-window))))
    (and (equal (buffer-file-name buffer) path)
         (with-current-buffer buffer
           (if (featurep 'lsp-mode)
               (cl-some (lambda (it) (eq (lsp--workspace-status it) 'initialized)) (lsp-workspaces))
             eglot--managed-mode))
         t)))

(defun bench-listed ()
  "What the list of the project's findings says."
  (json-encode (if (get-buffer "*ccds-ls*") (with-current-buffer "*ccds-ls*" (buffer-string)) "")))

(setq server-socket-dir (getenv "XDG_RUNTIME_DIR") server-name "bench")
(server-start)
;;; emacs.el ends here
