# Runs an installer in a PowerShell of its own, as its documentation says: elevated, in its folder. Its last question is answered with Y.
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess)]
param(
    [string] $Script = '',
    [string[]] $Arguments = @(),
    [bool] $AnswerYes = $false,
    [int] $Seconds = 3000
)
# frame

$changed = $false
try {
    Confirm-Language
    if (-not (Test-Path -LiteralPath $Script)) {
        Stop-Job 'no-installer' "There is no $Script on this host."
    }
    foreach ($argument in $Arguments) {
        if ($argument -notmatch '^-?[A-Za-z]+(:\$(true|false))?$') {
            Stop-Job 'bad-argument' "$argument is no argument of an installer."
        }
    }
    $quoted = $Script.Replace("'", "''")
    $start = New-Object Diagnostics.ProcessStartInfo
    $start.FileName = Join-Path $PSHOME 'powershell.exe'
    $start.Arguments = '-NoProfile -Command "& ''{0}'' {1}; exit $LASTEXITCODE"' -f $quoted, ($Arguments -join ' ')
    $start.WorkingDirectory = Split-Path -Parent $Script
    $start.UseShellExecute = $false
    $start.RedirectStandardInput = $true
    $changed = $true
    $process = [Diagnostics.Process]::Start($start)
    if ($AnswerYes) {
        $process.StandardInput.WriteLine('Y')
    }
    $process.StandardInput.Close()
    if (-not $process.WaitForExit(1000 * $Seconds)) {
        $process.Kill()
        Stop-Job 'installer-late' "The installer did not end within $Seconds s and was stopped."
    }
    $logs = Join-Path $env:ProgramData 'Microsoft Azure\Logs'
    $log = ''
    if (Test-Path -LiteralPath $logs) {
        $newest = Get-ChildItem -LiteralPath $logs -Filter '*Installer*.log' | Sort-Object -Property LastWriteTime | Select-Object -Last 1
        if ($null -ne $newest) {
            $log = $newest.FullName
        }
    }
    Write-Answer @{ job = 'install'; failed = $false; changed = $true; exit_code = [int] $process.ExitCode; log = [string] $log }
}
catch {
    Write-Failure $_ 'install' $changed
}
