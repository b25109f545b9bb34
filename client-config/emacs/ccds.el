;;; ccds.el --- ccds-ls in Emacs, through Eglot or lsp-mode  -*- lexical-binding: t; -*-

;; Save this file as ~/.emacs.d/ccds.el and add to your init file:
;;   (load "~/.emacs.d/ccds")
;;   (add-hook 'find-file-hook #'ccds-ensure)   ; with lsp-mode: #'lsp-deferred instead

;;; Code:

(require 'cl-lib)
(require 'compile)
(require 'json)

(defvar ccds-settings nil
  "Settings, for example \\='(:initials \"jqp\"); they are listed in ccds-ls\\=' documentation.")

(defvar ccds-modes
  '(fundamental-mode text-mode markdown-mode gfm-mode org-mode conf-mode conf-unix-mode conf-toml-mode
    conf-space-mode conf-colon-mode toml-mode toml-ts-mode yaml-mode yaml-ts-mode json-mode json-ts-mode js-mode
    js-json-mode csv-mode python-mode python-ts-mode ess-r-mode R-mode sh-mode bash-ts-mode sql-mode
    makefile-mode makefile-gmake-mode dockerfile-mode dockerfile-ts-mode)
  "Modes of the files that ccds-ls looks at: a secret or a data file may have any name.
Eglot has one server for a mode.  Take python-mode out before this file is loaded if Python files have another one;
their secrets are then still shown in the commit message and by \\[ccds-check-commit].")

;; Eglot

(with-eval-after-load 'eglot
  (defclass ccds-server (eglot-lsp-server) () "ccds-ls, whose commands have something to say.")
  (cl-defmethod eglot-initialization-options ((_ ccds-server)) (or ccds-settings (make-hash-table)))
  (cl-defmethod eglot-execute-command ((_ ccds-server) _command _arguments) (ccds--show-once (cl-call-next-method)))
  (when (fboundp 'eglot-execute)        ; newer than Eglot 1.12
    (cl-defmethod eglot-execute ((_ ccds-server) _action) (ccds--show-once (cl-call-next-method))))
  (add-to-list 'eglot-server-programs (cons ccds-modes '(ccds-server "ccds-ls" "server"))))

(defun ccds--look-for-server ()
  "Warn where there is no server."
  (unless (executable-find "ccds-ls")
    (display-warning 'ccds "ccds-ls is not on Emacs's PATH, so nothing is checked.  Try: pipx install ccds-ls")))

;; The rest of init.el may still set `exec-path'.
(if after-init-time (ccds--look-for-server) (add-hook 'after-init-hook #'ccds--look-for-server))

(defun ccds-ensure ()
  "Have Eglot start ccds-ls for a file, or connect the file to it."
  (when (and buffer-file-name (memq major-mode ccds-modes) (executable-find "ccds-ls"))
    (eglot-ensure)))

;; lsp-mode, where ccds-ls runs beside other servers

(with-eval-after-load 'lsp-mode
  ;; lsp-mode warns in a window of its own of each mode whose language it does not know.
  (add-to-list 'lsp-language-id-configuration '("." . "plaintext") t)
  (cl-defmethod lsp-execute-command ((_ (eql ccds-ls)) command arguments)
    (ccds--send (symbol-name command) (car (append arguments nil))))
  (lsp-register-client
   (make-lsp-client :new-connection (lsp-stdio-connection '("ccds-ls" "server"))
                    :activation-fn (lambda (&rest _) t)
                    :initialization-options (lambda () (or ccds-settings (make-hash-table)))
                    :add-on? t
                    :server-id 'ccds-ls)))

;; The palette commands

(defun ccds--send (command argument)
  "Have the server of the current buffer run COMMAND with ARGUMENT, and show what it says."
  (let ((params (list :command command :arguments (vector (or argument (make-hash-table))))))
    (cond ((bound-and-true-p lsp-mode)
           (with-lsp-workspace (lsp-find-workspace 'ccds-ls buffer-file-name)
             (lsp-request-async "workspace/executeCommand" params #'ccds--show :mode 'detached
                                :error-handler (lambda (it) (message "%s" (lsp:json-response-error-error-message it))))))
          ((and (fboundp 'eglot-current-server) (eglot-current-server))
           (jsonrpc-async-request (eglot-current-server) :workspace/executeCommand params :timeout 600
                                  :success-fn #'ccds--show
                                  :error-fn (lambda (it) (message "%s" (plist-get it :message)))))
          (t (user-error "Open a file of the project first; M-x ccds-ensure starts ccds-ls for it")))))

(defun ccds--get (result key)
  "The member KEY of RESULT, which is a plist from Eglot and a hash table from lsp-mode."
  (if (hash-table-p result) (gethash (substring (symbol-name key) 1) result) (plist-get result key)))

(defvar ccds--last nil "The last result that was shown.")

(defun ccds--show-once (result)
  "Show the RESULT of a command, unless it was shown already."
  (when (and result (not (eq result ccds--last)) (ccds--get result :message))
    (setq ccds--last result)
    (ccds--show result))
  result)

(defun ccds--show (result)
  "Tell the message of RESULT; list its findings; visit the file that was made or renamed."
  (let* ((told (ccds--get result :message))
         (findings (append (ccds--get result :findings) nil))
         (uri (ccds--get result :uri))
         (paths (append (ccds--get result :paths) nil))
         (gone (and buffer-file-name (not (file-exists-p buffer-file-name))))
         (path (cond (uri (url-unhex-string (url-filename (url-generic-parse-url uri))))
                     (gone (car (last paths))))))
    (when (and path (file-directory-p path))
      (setq path (expand-file-name "README.md" path)))
    (cond (findings (ccds--list (cons (car (split-string told "\n")) (mapcar #'ccds--line findings))))
          ((string-match-p "\n" told) (ccds--list (list told))))
    (when (and path (file-readable-p path))
      (if gone
          (set-visited-file-name path t t)
        (find-file path)))
    (message "%s" (car (split-string told "\n")))))

(defun ccds--line (finding)
  "FINDING as a line that `compilation-mode' understands."
  (format "%s:%s:%s: %s: %s [%s]" (ccds--get finding :path) (ccds--get finding :line) (ccds--get finding :column)
          (ccds--get finding :severity) (ccds--get finding :message) (ccds--get finding :code)))

(defun ccds--list (lines)
  "Show LINES in a window of their own; findings can be visited from there.
The first one is a heading: \\[next-error] goes to what is behind it."
  (let ((root (ccds--root)))
    (with-current-buffer (get-buffer-create "*ccds-ls*")
      (let ((inhibit-read-only t))
        (erase-buffer)
        (insert (string-join lines "\n") "\n"))
      (compilation-mode)
      (setq default-directory root)
      (goto-char (point-min))
      (let ((window (display-buffer (current-buffer))))
        (when window
          (set-window-point window (point-min)))))))

(defun ccds--root ()
  "The project's folder."
  (expand-file-name (or (locate-dominating-file default-directory ".git") default-directory)))

(defun ccds--uri (path)
  "The URI of PATH."
  (concat "file://" (url-hexify-string (directory-file-name path) url-path-allowed-chars)))

(defun ccds--finding ()
  "The code and the fingerprint of the finding on this line."
  (let ((spec (cl-find-if #'ccds--own
                          (if (bound-and-true-p lsp-mode)
                              (lsp-cur-line-diagnostics)
                            (mapcar (lambda (it) (alist-get 'eglot-lsp-diag (flymake-diagnostic-data it)))
                                    (flymake-diagnostics (line-beginning-position) (line-end-position)))))))
    (unless spec
      (user-error "There is no finding of ccds-ls on this line"))
    (list :code (ccds--get spec :code) :fingerprint (ccds--get (ccds--get spec :data) :fingerprint))))

(defun ccds--own (diagnostic)
  "Whether DIAGNOSTIC, as the server has sent it, is one of ccds-ls\='s."
  (and diagnostic (equal (ccds--get diagnostic :source) "ccds")))

(defun ccds-list-findings ()
  "List what is wrong in the project, in files that are not open, too."
  (interactive)
  (if (bound-and-true-p lsp-mode)
      (let (lines)
        (maphash (lambda (path all)
                   (dolist (it (cl-remove-if-not #'ccds--own all))
                     (push (ccds--line (ccds--flat (file-relative-name path (ccds--root)) it)) lines)))
                 (lsp-diagnostics t))
        (ccds--list (if lines (cons "What was found in the project:" (sort lines #'string<)) '("Nothing is wrong."))))
    (flymake-show-project-diagnostics)))

(defun ccds--flat (path diagnostic)
  "The DIAGNOSTIC of the file PATH as a finding that `ccds--line' takes."
  (let ((start (ccds--get (ccds--get diagnostic :range) :start)))
    (list :path path :line (1+ (ccds--get start :line)) :column (1+ (ccds--get start :character))
          :severity (nth (1- (ccds--get diagnostic :severity)) '("error" "warning" "information" "hint"))
          :message (ccds--get diagnostic :message) :code (ccds--get diagnostic :code))))

(defun ccds--argument (fill questions)
  "What a command takes from where you are, by FILL, and the answers to its QUESTIONS."
  (append (and (memq 'root fill) (list :root (ccds--uri (ccds--root))))
          (and (memq 'file fill) (list :uri (ccds--uri buffer-file-name)))
          (and (memq 'finding fill) (ccds--finding))
          (cl-loop for (key . prompt) in questions
                   for name = (and (memq key '(newName pattern)) (file-name-nondirectory buffer-file-name))
                   for answer = (read-string (concat prompt " ") name)
                   unless (string-empty-p answer)
                   append (if (eq key 'title)
                              (list :answers (list :project_name answer))
                            (list (intern (format ":%s" key)) answer)))))

(defmacro ccds-define (name command title fill questions)
  "Define the interactive function NAME for COMMAND, which is called TITLE; see `ccds--argument'."
  `(defun ,name () ,title (interactive) (ccds--send ,command (ccds--argument ',fill ',questions))))

;; commands {{{ function, command, title, what it takes from where you are, what it asks (generated)
(ccds-define ccds-new-project "ccds.newProject" "New Project…" (root) ((title . "The project's title; without one a form with every option opens.")))
(ccds-define ccds-inspect-project "ccds.inspectProject" "Inspect Project" (root) ())
(ccds-define ccds-adopt-project "ccds.adoptProject" "Adopt CCDS in This Folder…" (root) ())
(ccds-define ccds-update-project "ccds.updateProject" "Update the Project from the Template" (root) ())
(ccds-define ccds-check-commit "ccds.checkCommit" "Check the Coming Commit" (root) ())
(ccds-define ccds-git-stage "ccds.git.stage" "Git: Stage Changes" (root) ())
(ccds-define ccds-git-commit "ccds.git.commit" "Git: Commit What Is Staged…" (root) ((message . "The commit message, such as 'feat: model training script added'.")))
(ccds-define ccds-install-hook "ccds.installHook" "Install the Commit Hook" (root) ())
(ccds-define ccds-git-init "ccds.git.init" "Git: Initialise with a First Commit" (root) ())
(ccds-define ccds-git-add-remote "ccds.git.addRemote" "Git: Add a Remote…" (root) ((url . "The address of the repository.")))
(ccds-define ccds-git-push "ccds.git.push" "Git: Push" (root) ())
(ccds-define ccds-git-pull "ccds.git.pull" "Git: Pull (Fast-Forward)" (root) ())
(ccds-define ccds-git-clone "ccds.git.clone" "Git: Clone…" (root) ((url . "The address of the repository.")))
(ccds-define ccds-git-create-branch "ccds.git.createBranch" "Git: Create a Branch…" (root) ((name . "The branch's name, such as 'initial-exploration'; one is proposed when it is empty.")))
(ccds-define ccds-new-notebook "ccds.newNotebook" "New Notebook…" (root) ((description . "A few words on what the notebook is about.")))
(ccds-define ccds-rename-notebook "ccds.renameNotebook" "Rename This Notebook…" (file) ((newName . "Its new file name; empty for the proposed one.")))
(ccds-define ccds-rename-all-notebooks "ccds.renameAllNotebooks" "Rename All Notebooks…" (root) ())
(ccds-define ccds-renumber-notebooks "ccds.renumberNotebooks" "Number the Notebooks of a Phase Anew…" (root) ())
(ccds-define ccds-set-initials "ccds.setInitials" "Set Your Initials…" (file root) ())
(ccds-define ccds-set-notebook-style "ccds.setNotebookStyle" "Set the Style of Notebook Names…" (file root) ((style . "'ccds', 'number', or a regular expression for names without their ending.")))
(ccds-define ccds-output-filter "ccds.outputFilter" "Keep Notebook Outputs out of Git…" (root) ())
(ccds-define ccds-unstage "ccds.unstage" "Unstage This File" (file) ())
(ccds-define ccds-ignore "ccds.ignore" "Add to .gitignore" (file) ((pattern . "The line to add to the ignore file.")))
(ccds-define ccds-suppress "ccds.suppress" "Accept This Finding…" (file finding) ((reason . "Why the finding is accepted.")))
(ccds-define ccds-baseline "ccds.baseline" "Accept Everything That Stands" (root) ())
(ccds-define ccds-explain "ccds.explain" "Explain a Rule, or the Exercise…" (root) ((code . "The code of a rule, or 'exercise' for the steps of the first week; without it all rules are listed.")))
(ccds-define ccds-move-to-raw "ccds.moveToRaw" "Move This File to data/raw" (file) ())
(ccds-define ccds-track-with-lfs "ccds.trackWithLfs" "Track This File with Git LFS" (file) ())
(ccds-define ccds-track-with-dvc "ccds.trackWithDvc" "Track This File with DVC" (file) ())
(ccds-define ccds-pause "ccds.pause" "Pause Checking" () ())
(ccds-define ccds-resume "ccds.resume" "Resume Checking" () ())
(ccds-define ccds-strip-outputs "ccds.stripOutputs" "Clear the Outputs of This Notebook" (file) ())
;; }}}

(provide 'ccds)
;;; ccds.el ends here
