// Reads standard input, a file and the clock, writes a file, ends with a code.
package main

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"time"
)

func main() {
	line, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	text, err := os.ReadFile("/work/in.txt")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	start := time.Now()
	time.Sleep(20 * time.Millisecond)
	noise := make([]byte, 8)
	if _, err := rand.Read(noise); err != nil {
		os.Exit(1)
	}
	upper := strings.ToUpper(string(text)) + line
	if err := os.WriteFile("/work/out.txt", []byte(upper), 0o644); err != nil {
		os.Exit(1)
	}
	fmt.Print(upper)
	if time.Since(start) < 20*time.Millisecond {
		os.Exit(1)
	}
	os.Exit(7)
}
