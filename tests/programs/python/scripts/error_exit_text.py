raise SystemExit("nothing to do")
