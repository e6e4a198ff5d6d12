"""Programs whose fuel is compared with wasmtime: text, then calls of it.

Each program is (name, text, calls); a call is an exported function's name and
its arguments. A module's calls run on one instance, in order, so that what an
earlier one leaves behind is compared too.
"""

WORK = """
(func $work (param i32) (local i32)
  (loop
    (br_if 0 (i32.lt_u
      (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (local.get 0)))))
"""

PROGRAMS = [
    ("empty", '(module (func (export "f")))', [("f",)]),
    ("straight", '(module (func (export "f") (param i32) (result i32) '
     "(i32.mul (i32.add (local.get 0) (i32.const 1)) (i32.const 3))))",
     [("f", 1), ("f", 2)]),
    ("free operators", '(module (func (export "f") nop nop i32.const 1 drop '
     "block nop end (loop nop) (if (i32.const 1) (then nop) (else nop))))",
     [("f",)]),
    ("loop", f'(module {WORK} (export "f" (func $work)))',
     [("f", 1), ("f", 10), ("f", 1000)]),
    ("nested loops", """(module (func (export "f") (param i32) (result i32)
       (local i32 i32 i32)
       (loop $a
         (local.set 2 (i32.const 0))
         (loop $b
           (local.set 3 (i32.add (local.get 3) (local.get 2)))
           (local.set 2 (i32.add (local.get 2) (i32.const 1)))
           (br_if $b (i32.lt_u (local.get 2) (local.get 1))))
         (local.set 1 (i32.add (local.get 1) (i32.const 1)))
         (br_if $a (i32.lt_u (local.get 1) (local.get 0))))
       (local.get 3)))""", [("f", 3), ("f", 20)]),
    ("if else", """(module (func (export "f") (param i32) (result i32)
       (if (result i32) (local.get 0)
         (then (i32.add (i32.const 1) (i32.const 2)))
         (else (i32.const 7)))))""", [("f", 0), ("f", 1)]),
    ("if without else", """(module (func (export "f") (param i32) (result i32)
       (if (local.get 0) (then (local.set 0 (i32.const 5)) nop))
       (local.get 0)))""", [("f", 0), ("f", 1)]),
    ("if that returns", """(module (func (export "f") (param i32) (result i32)
       (if (local.get 0) (then (return (i32.const 9))))
       (i32.add (i32.const 1) (i32.const 1))))""", [("f", 0), ("f", 1)]),
    ("if whose arms both return", """(module
       (func (export "f") (param i32) (result i32)
         (if (local.get 0) (then (return (i32.const 9)))
           (else (return (i32.add (i32.const 1) (i32.const 1)))))
         (i32.add (i32.const 4) (i32.const 5))))""", [("f", 0), ("f", 1)]),
    ("early exit from nested blocks", """(module
       (func (export "f") (param i32) (result i32) (local i32)
         (block $a (block $b (block $c
           (br_if $a (i32.eq (local.get 0) (i32.const 0)))
           (local.set 1 (i32.const 1))
           (br_if $b (i32.eq (local.get 0) (i32.const 1)))
           (local.set 1 (i32.const 2))
           (br_if $c (i32.eq (local.get 0) (i32.const 2)))
           (local.set 1 (i32.const 3))
           (return (i32.const -1)))
           (local.set 1 (i32.add (local.get 1) (i32.const 10))))
           (local.set 1 (i32.add (local.get 1) (i32.const 100))))
         (local.get 1)))""", [("f", 0), ("f", 1), ("f", 2), ("f", 3)]),
    ("branch to the function", """(module
       (func (export "f") (param i32) (result i32)
         (loop $l
           (br_if 1 (i32.const 42) (i32.gt_u (local.get 0) (i32.const 5)))
           (drop)
           (local.set 0 (i32.add (local.get 0) (i32.const 1)))
           (br $l))
         (unreachable)))""", [("f", 0), ("f", 6)]),
    ("branch to the function without a loop", """(module
       (func (export "f") (param i32)
         (br_if 0 (local.get 0))
         (drop (i32.add (i32.const 1) (i32.const 1)))
         (block (br_if 1 (i32.const 1)) (drop (i32.const 4)))
         (drop (i32.const 1))))""", [("f", 0), ("f", 1)]),
    ("br_table", """(module (func (export "f") (param i32) (result i32)
       (block $d (block $c (block $b (block $a
         (br_table $a $b $c $d (local.get 0)))
         (return (i32.const 1)))
         (local.set 0 (i32.add (local.get 0) (i32.const 100))))
         (local.set 0 (i32.add (local.get 0) (i32.const 1000))))
       (local.get 0)))""", [("f", 0), ("f", 1), ("f", 2), ("f", 3), ("f", -1)]),
    ("br_table in a loop", """(module (func (export "f") (param i32) (result i32)
       (local i32 i32)
       (block $out (loop $top
         (br_if $out (i32.ge_u (local.get 1) (local.get 0)))
         (local.set 1 (i32.add (local.get 1) (i32.const 1)))
         (block $two (block $one (block $zero
           (br_table $zero $one $top $two
             (i32.rem_u (local.get 1) (i32.const 5))))
           (local.set 2 (i32.add (local.get 2) (i32.const 3)))
           (br $top))
           (local.set 2 (i32.xor (local.get 2) (i32.const 9))))
         (br $top)))
       (local.get 2)))""", [("f", 0), ("f", 7), ("f", 100)]),
    ("unreachable code", """(module (func (export "f") (result i32)
       (block (result i32)
         (br 0 (i32.const 3))
         (drop (i32.add (i32.const 1) (i32.const 1)))
         (block (drop (i32.const 1)))
         (loop (drop (i32.const 2)))
         (if (i32.const 1) (then (drop (i32.const 1))) (else))
         (i32.const 4))))""", [("f",)]),
    ("unreachable end that a branch reaches", """(module
       (func (export "f") (param i32) (result i32)
         (block $a
           (block $b
             (br_if $a (local.get 0))
             (br $b)
             (br_if $a (i32.const 1)))
           (return (i32.const 1)))
         (i32.add (i32.const 2) (i32.const 3))))""", [("f", 0), ("f", 1)]),
    ("fibonacci", """(module (func $fib (export "f") (param i32) (result i32)
       (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
         (then (local.get 0))
         (else (i32.add
           (call $fib (i32.sub (local.get 0) (i32.const 1)))
           (call $fib (i32.sub (local.get 0) (i32.const 2))))))))""",
     [("f", 1), ("f", 10), ("f", 20)]),
    ("mutual recursion", """(module
       (func $even (export "f") (param i32) (result i32)
         (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
         (call $odd (i32.sub (local.get 0) (i32.const 1))))
       (func $odd (param i32) (result i32)
         (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
         (call $even (i32.sub (local.get 0) (i32.const 1)))))""",
     [("f", 0), ("f", 7), ("f", 100)]),
    ("calls in a loop", f"""(module {WORK}
       (func $leaf (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
       (func (export "f") (param i32) (result i32) (local i32)
         (loop
           (local.set 1 (i32.add (local.get 1) (call $leaf (local.get 0))))
           (call $work (local.get 0))
           (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
         (local.get 1)))""", [("f", 1), ("f", 12)]),
    ("leaves", """(module
       (func $a (result i32) (i32.const 1))
       (func $b (param i32 i32) (result i32)
         (select (local.get 0) (local.get 1) (i32.eqz (local.get 0))))
       (func $c)
       (func $d (param i32) (result i32)
         (if (result i32) (local.get 0) (then (i32.const 3)) (else (i32.const 4))))
       (func (export "f") (result i32) (call $c)
         (call $b (call $a) (call $d (i32.const 0)))))""", [("f",)]),
    ("indirect calls", """(module (type $t (func (param i32) (result i32)))
       (table funcref (elem $inc $double))
       (func $inc (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
       (func $double (param i32) (result i32)
         (local i32) (loop (br_if 0 (i32.lt_u (local.tee 1
           (i32.add (local.get 1) (i32.const 1))) (i32.const 4))))
         (i32.shl (local.get 0) (i32.const 1)))
       (func (export "f") (param i32 i32) (result i32)
         (call_indirect (type $t) (local.get 1) (local.get 0))))""",
     [("f", 0, 5), ("f", 1, 5)]),
    ("call_ref", f"""(module (type $t (func (param i32))) {WORK}
       (elem declare func $work)
       (func (export "f") (param i32) (result i32)
         (call_ref $t (local.get 0) (ref.func $work)) (i32.const 1)))""",
     [("f", 3), ("f", 50)]),
    ("return_call", """(module
       (func $sum (export "f") (param i32 i32) (result i32)
         (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
         (return_call $sum (i32.sub (local.get 0) (i32.const 1))
           (i32.add (local.get 0) (local.get 1)))))""",
     [("f", 0, 0), ("f", 1000, 0)]),
    ("return_call from a loop", f"""(module {WORK}
       (func (export "f") (param i32)
         (loop
           (br_if 0 (i32.gt_u (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))
             (i32.const 5)))
           (return_call $work (i32.const 7)))))""", [("f", 10)]),
    ("return_call_indirect", """(module (type $t (func (param i32) (result i32)))
       (table funcref (elem $even $odd))
       (func $even (param i32) (result i32)
         (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
         (return_call_indirect (type $t)
           (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))
       (func $odd (param i32) (result i32)
         (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
         (return_call_indirect (type $t)
           (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))
       (func (export "f") (param i32) (result i32)
         (call $even (local.get 0))))""", [("f", 9), ("f", 100)]),
    ("return_call_ref", f"""(module (type $t (func (param i32))) {WORK}
       (elem declare func $work)
       (func (export "f") (param i32)
         (return_call_ref $t (local.get 0) (ref.func $work))))""",
     [("f", 3), ("f", 50)]),
    ("br_on_null", """(module (type $t (func (result i32)))
       (func $one (result i32) (i32.const 1)) (elem declare func $one)
       (func $call (param (ref null $t)) (result i32)
         (block $null
           (return (call_ref $t (br_on_null $null (local.get 0)))))
         (i32.add (i32.const 5) (i32.const 6)))
       (func (export "f") (param i32) (result i32)
         (if (result i32) (local.get 0)
           (then (call $call (ref.func $one)))
           (else (call $call (ref.null $t))))))""", [("f", 0), ("f", 1)]),
    ("br_on_non_null", """(module (type $t (func (result i32)))
       (func $one (result i32) (i32.const 1)) (elem declare func $one)
       (func $call (param (ref null $t)) (result i32)
         (block $some (result (ref $t))
           (br_on_non_null $some (local.get 0))
           (return (i32.add (i32.const 5) (i32.const 6))))
         (call_ref $t))
       (func (export "f") (param i32) (result i32)
         (if (result i32) (local.get 0)
           (then (call $call (ref.func $one)))
           (else (call $call (ref.null $t))))))""", [("f", 0), ("f", 1)]),
    ("multi-value results", """(module
       (func $two (param i32) (result i32 i32) (local i32)
         (loop (br_if 0 (i32.lt_u (local.tee 1
           (i32.add (local.get 1) (i32.const 1))) (local.get 0))))
         (local.get 0) (local.get 1))
       (func (export "f") (param i32) (result i32)
         (i32.sub (call $two (local.get 0)))))""", [("f", 5)]),
    ("multi-value blocks", """(module
       (func (export "f") (param i32) (result i32)
         (local.get 0) (i32.const 3)
         (loop $l (param i32 i32) (result i32)
           (i32.sub)
           (local.tee 0)
           (i32.const 3)
           (br_if $l (i32.gt_s (local.get 0) (i32.const 0)))
           (drop))))""", [("f", 10)]),
    ("memory", """(module (memory 1)
       (func (export "f") (param i32) (result i32)
         (i32.store (local.get 0) (i32.const 77))
         (i32.store8 offset=3 (local.get 0) (i32.const 1))
         (i32.add (i32.load (local.get 0)) (i32.load8_u offset=3 (local.get 0)))))""",
     [("f", 0), ("f", 100), ("f", 65533)]),
    ("memory.grow", """(module (memory 1 5)
       (func (export "f") (param i32) (result i32)
         (i32.add (memory.grow (local.get 0)) (memory.size))))""",
     [("f", 1), ("f", 2), ("f", 100)]),
    ("memory.fill by constants", """(module (memory 1)
       (func (export "f") (memory.fill (i32.const 0) (i32.const 7) (i32.const 100)))
       (func (export "g") (memory.fill (i32.const 0) (i32.const 7) (i32.const 0)))
       (func (export "h") (memory.fill (i32.const 0) (i32.const 7) (i32.const 5000))))""",
     [("f",), ("g",), ("h",)]),
    ("memory.fill by variables", """(module (memory 1)
       (func (export "f") (param i32)
         (memory.fill (i32.const 0) (i32.const 7) (local.get 0))
         (drop (i32.load (i32.const 0)))))""",
     [("f", 0), ("f", 1), ("f", 65536)]),
    ("memory.copy", """(module (memory 1) (data (i32.const 0) "abcdefgh")
       (func (export "f") (param i32 i32 i32) (result i32)
         (memory.copy (local.get 0) (local.get 1) (local.get 2))
         (i32.load (local.get 0))))""",
     [("f", 100, 0, 8), ("f", 2, 0, 8), ("f", 0, 2, 8), ("f", 0, 0, 0)]),
    ("memory.init", """(module (memory 1) (data $d "abcdefgh")
       (func (export "f") (param i32 i32 i32) (result i32)
         (memory.init $d (local.get 0) (local.get 1) (local.get 2))
         (i32.load (local.get 0)))
       (func (export "g") (data.drop $d)))""",
     [("f", 100, 0, 8), ("f", 2, 3, 4), ("g",), ("f", 0, 0, 0)]),
    ("bulk in a loop", """(module (memory 2)
       (func (export "f") (param i32) (local i32)
         (loop
           (memory.fill (i32.const 0) (local.get 0) (local.get 0))
           (memory.copy (i32.const 1000) (i32.const 0) (local.get 0))
           (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))""",
     [("f", 1), ("f", 60)]),
    ("table operators", """(module (table $t 10 100 funcref) (elem $e func $one $two)
       (func $one (result i32) (i32.const 1)) (func $two (result i32) (i32.const 2))
       (func (export "init") (param i32) (table.init $t $e
         (i32.const 0) (i32.const 0) (local.get 0)))
       (func (export "copy") (param i32) (table.copy $t $t
         (i32.const 3) (i32.const 0) (local.get 0)))
       (func (export "fill") (param i32) (table.fill $t
         (i32.const 5) (ref.func $one) (local.get 0)))
       (func (export "grow") (param i32) (result i32) (table.grow $t
         (ref.null func) (local.get 0)))
       (func (export "size") (result i32) (table.size $t))
       (func (export "call") (param i32) (result i32)
         (call_indirect $t (result i32) (local.get 0)))
       (func (export "set") (param i32) (result i32)
         (table.set $t (local.get 0) (ref.func $two))
         (ref.is_null (table.get $t (local.get 0))))
       (func (export "drop") (elem.drop $e)))""",
     [("init", 2), ("call", 1), ("copy", 2), ("call", 3), ("fill", 5),
      ("call", 9), ("grow", 4), ("size",), ("grow", 1000), ("size",),
      ("set", 0), ("call", 0), ("drop",), ("init", 0)]),
    ("memory64", """(module (memory i64 1)
       (func (export "f") (param i64) (result i64)
         (i64.store (i64.const 8) (i64.const 3))
         (memory.fill (i64.const 0) (i32.const 7) (local.get 0))
         (memory.copy (i64.const 100) (i64.const 0) (local.get 0))
         (i64.add (memory.grow (i64.const 1)) (i64.load (i64.const 100)))))""",
     [("f", 0), ("f", 16)]),
    ("multi-memory", """(module (memory $a 1) (memory $b 1)
       (func (export "f") (param i32) (result i32)
         (memory.fill $a (i32.const 0) (i32.const 7) (local.get 0))
         (memory.copy $b $a (i32.const 0) (i32.const 0) (local.get 0))
         (i32.load $b (i32.const 0))))""", [("f", 4), ("f", 1000)]),
    ("simd", """(module (memory 1)
       (func (export "f") (param i32) (result i32) (local v128)
         (loop
           (local.set 1 (i32x4.add (local.get 1)
             (i32x4.mul (i32x4.splat (local.get 0)) (v128.const i32x4 1 2 3 4))))
           (v128.store (i32.const 0) (local.get 1))
           (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
         (i32x4.extract_lane 2 (v128.load (i32.const 0)))))""",
     [("f", 1), ("f", 30)]),
    ("floats", """(module (func (export "f") (param f64) (result f64)
       (f64.sqrt (f64.add (f64.mul (local.get 0) (local.get 0)) (f64.const 1)))))""",
     [("f", 3.0), ("f", 0.5)]),
    ("saturating conversions", """(module (func (export "f") (param f64) (result i32)
       (i32.trunc_sat_f64_s (local.get 0))))""", [("f", 1e30), ("f", -2.5)]),
    ("sign extension", """(module (func (export "f") (param i64) (result i64)
       (i64.extend8_s (local.get 0))))""", [("f", 255), ("f", 1)]),
    ("globals", """(module (global $g (mut i32) (i32.const 5))
       (func (export "f") (result i32)
         (global.set $g (i32.add (global.get $g) (i32.const 1)))
         (global.get $g)))""", [("f",), ("f",)]),
    ("throw and catch", """(module (tag $e (param i32))
       (func (export "f") (param i32) (result i32)
         (block $h (result i32)
           (try_table (result i32) (catch $e $h)
             (if (local.get 0) (then (throw $e (i32.const 8))))
             (i32.add (i32.const 1) (i32.const 1))))))""",
     [("f", 0), ("f", 1)]),
    ("throw in a callee", f"""(module (tag $e (param i32)) {WORK}
       (func $inner (param i32) (call $work (local.get 0))
         (throw $e (i32.add (local.get 0) (i32.const 1))))
       (func $middle (param i32) (call $inner (local.get 0)) (call $work (i32.const 3)))
       (func (export "f") (param i32) (result i32)
         (block $h (result i32)
           (try_table (catch $e $h) (call $middle (local.get 0)))
           (i32.const 0))))""", [("f", 1), ("f", 40)]),
    ("catch_all in a loop", f"""(module (tag $e) (tag $other) {WORK}
       (func $sometimes (param i32)
         (if (i32.rem_u (local.get 0) (i32.const 3)) (then (throw $e)))
         (call $work (local.get 0)))
       (func (export "f") (param i32) (result i32) (local i32)
         (loop $top
           (block $caught
             (try_table (catch $other $caught) (catch_all $caught)
               (call $sometimes (local.get 0))
               (local.set 1 (i32.add (local.get 1) (i32.const 10))))
             (local.set 1 (i32.add (local.get 1) (i32.const 100))))
           (br_if $top (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
         (local.get 1)))""", [("f", 1), ("f", 20)]),
    ("catch that continues a loop", """(module (tag $e (param i32))
       (func $t (param i32) (throw $e (i32.sub (local.get 0) (i32.const 1))))
       (func (export "f") (param i32) (result i32)
         (local.get 0)
         (loop $top (param i32) (result i32)
           (local.set 0)
           (if (i32.eqz (local.get 0)) (then (return (i32.const 99))))
           (try_table (catch $e $top) (call $t (local.get 0)))
           (unreachable))))""", [("f", 0), ("f", 9)]),
    ("throw_ref", f"""(module (tag $e) {WORK}
       (func $again
         (block $h (result exnref)
           (try_table (catch_all_ref $h) (call $work (i32.const 4)) (throw $e))
           (unreachable))
         (throw_ref))
       (func (export "f") (result i32)
         (block $h (try_table (catch $e $h) (call $again)) (return (i32.const 0)))
         (i32.const 1)))""", [("f",)]),
    ("trap by unreachable", f"""(module {WORK}
       (func (export "f") (call $work (i32.const 9)) (drop (i32.const 1)) unreachable))""",
     [("f",)]),
    ("trap by division", f"""(module {WORK}
       (func (export "f") (param i32) (result i32) (call $work (i32.const 9))
         (i32.div_u (i32.const 1) (local.get 0))))""", [("f", 0), ("f", 1)]),
    ("trap in a callee", f"""(module {WORK} (memory 1)
       (func $bad (param i32) (result i32) (i32.load (local.get 0)))
       (func (export "f") (param i32) (result i32) (call $work (i32.const 9))
         (call $bad (local.get 0))))""", [("f", 0), ("f", -1)]),
    ("trap by a null call", """(module (table 3 funcref)
       (func (export "f") (call_indirect (i32.const 0))))""", [("f",)]),
    ("start function", f"""(module {WORK} (global $g (mut i32) (i32.const 0))
       (func $start (call $work (i32.const 30)) (global.set $g (i32.const 5)))
       (start $start)
       (func (export "f") (result i32) (global.get $g)))""", [("f",)]),
    ("sieve", """(module (memory 1)
       (func (export "f") (param i32) (result i32) (local i32 i32 i32)
         (memory.fill (i32.const 0) (i32.const 1) (local.get 0))
         (local.set 1 (i32.const 2))
         (loop $next
           (if (i32.load8_u (local.get 1)) (then
             (local.set 3 (i32.add (local.get 3) (i32.const 1)))
             (local.set 2 (i32.mul (local.get 1) (local.get 1)))
             (block $done (loop $cross
               (br_if $done (i32.ge_u (local.get 2) (local.get 0)))
               (i32.store8 (local.get 2) (i32.const 0))
               (local.set 2 (i32.add (local.get 2) (local.get 1)))
               (br $cross)))))
           (local.set 1 (i32.add (local.get 1) (i32.const 1)))
           (br_if $next (i32.lt_u (local.get 1) (local.get 0))))
         (local.get 3)))""", [("f", 100), ("f", 5000)]),
    ("gcd", """(module (func $gcd (export "f") (param i64 i64) (result i64)
       (if (result i64) (i64.eqz (local.get 1)) (then (local.get 0))
         (else (return_call $gcd (local.get 1)
           (i64.rem_u (local.get 0) (local.get 1)))))))""",
     [("f", 1071, 462), ("f", 12345678901, 987654321)]),
    ("ackermann", """(module (func $a (export "f") (param i32 i32) (result i32)
       (if (i32.eqz (local.get 0))
         (then (return (i32.add (local.get 1) (i32.const 1)))))
       (if (i32.eqz (local.get 1))
         (then (return (call $a (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))))
       (call $a (i32.sub (local.get 0) (i32.const 1))
         (call $a (local.get 0) (i32.sub (local.get 1) (i32.const 1))))))""",
     [("f", 1, 3), ("f", 2, 4)]),
    ("select and tee", """(module (func (export "f") (param i32 i32) (result i32)
       (local i32)
       (select (local.tee 2 (local.get 0)) (local.get 1)
         (i32.lt_s (local.get 2) (local.get 1)))))""", [("f", 1, 2), ("f", 2, 1)]),
    ("deep blocks", "(module (func (export \"f\") (param i32) (result i32) "
     + "(block " * 40
     + "(br_table " + " ".join(str(i) for i in range(40)) + " (local.get 0))"
     + "".join(f") (local.set 0 (i32.add (local.get 0) (i32.const {i})))"
               for i in range(40))
     + "(local.get 0)))", [("f", 0), ("f", 20), ("f", 39), ("f", 100)]),
]
