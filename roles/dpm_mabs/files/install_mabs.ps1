# Installs MABS unattended from an answer file that exists only meanwhile. A server that is there is left alone.
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess)]
param(
    [string] $SetupPath = '',
    [string] $LogPath = '',
    [securestring] $AnswerFile,
    [securestring] $Credentials
)
# frame
$changed = $false
try {
    Confirm-Language
    $before = Get-ServerVersion
    if ($before -eq '') {
        if ($SetupPath -eq '' -or -not (Test-Path -LiteralPath $SetupPath)) {
            Stop-Job 'no-installer' "There is no setup program at '$SetupPath'."
        }
        if ($null -eq $AnswerFile -or $AnswerFile.Length -eq 0) {
            Stop-Job 'no-answer-file' 'No answer file was handed over.'
        }
        if ($PSCmdlet.ShouldProcess($SetupPath, 'install MABS')) {
            $changed = $true
            # Setup wants this folder to be there.
            New-Item -ItemType Directory -Path $AgentFolder -Force | Out-Null
            try {
                Clear-Leftover | Out-Null
                # Setup registers the server: where the answer file says @CREDENTIALS@ it is given the place of the credential file.
                $place = ''
                if ($null -ne $Credentials -and $Credentials.Length -gt 0) {
                    $place = New-SecretFile 'vault.VaultCredentials' $Credentials
                }
                $path = New-SecretFile 'MABSSetup.ini' $AnswerFile '@CREDENTIALS@' $place
                $process = Start-Process -FilePath $SetupPath -ArgumentList @('/i', '/f', $path, '/l', ('"{0}"' -f $LogPath)) -Wait -PassThru
            }
            finally {
                Clear-Leftover | Out-Null
            }
            if ($process.ExitCode -ne 0 -or (Get-ServerVersion) -eq '') {
                Stop-Job 'installer-failed' ('Setup ended with {0}; its log is {1}.' -f $process.ExitCode, $LogPath)
            }
        }
    }
    Write-Answer @{ job = 'install_mabs'; failed = $false; changed = $before -eq ''; version = Get-ServerVersion }
}
catch {
    Write-Failure $_ 'install_mabs' $changed
}
