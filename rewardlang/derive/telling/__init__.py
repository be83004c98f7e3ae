"""An oracle's episodes told as a reward: what it looks up, asks for, leaves behind and states."""
