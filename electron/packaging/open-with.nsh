; Offers CvT Lens under "Open with" for the files of file-kinds.mjs, and is the default for none of them.

!macro forEachExtension MACRO
  !insertmacro ${MACRO} "safetensors"
  !insertmacro ${MACRO} "pth"
  !insertmacro ${MACRO} "pt"
  !insertmacro ${MACRO} "pdparams"
  !insertmacro ${MACRO} "h5"
  !insertmacro ${MACRO} "bin"
  !insertmacro ${MACRO} "jpg"
  !insertmacro ${MACRO} "jpeg"
  !insertmacro ${MACRO} "png"
  !insertmacro ${MACRO} "webp"
  !insertmacro ${MACRO} "gif"
  !insertmacro ${MACRO} "bmp"
  !insertmacro ${MACRO} "avif"
!macroend

!macro offerToOpen EXTENSION
  WriteRegStr SHELL_CONTEXT "Software\Classes\.${EXTENSION}\OpenWithProgids" "CvTLens.File" ""
!macroend

!macro offerNoMore EXTENSION
  DeleteRegValue SHELL_CONTEXT "Software\Classes\.${EXTENSION}\OpenWithProgids" "CvTLens.File"
!macroend

; Tells the Explorer that associations have changed (SHCNE_ASSOCCHANGED).
!macro tellExplorer
  System::Call "shell32::SHChangeNotify(i, i, i, i) (0x08000000, 0x1000, 0, 0)"
!macroend

!macro customInstall
  WriteRegStr SHELL_CONTEXT "Software\Classes\CvTLens.File" "" "CvT Lens"
  WriteRegStr SHELL_CONTEXT "Software\Classes\CvTLens.File\DefaultIcon" "" "$appExe,0"
  WriteRegStr SHELL_CONTEXT "Software\Classes\CvTLens.File\shell\open\command" "" '"$appExe" "%1"'
  !insertmacro forEachExtension offerToOpen
  !insertmacro tellExplorer
!macroend

!macro customUnInstall
  !insertmacro forEachExtension offerNoMore
  DeleteRegKey SHELL_CONTEXT "Software\Classes\CvTLens.File"
  !insertmacro tellExplorer
!macroend
