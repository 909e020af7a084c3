# What every job has in common: the module dpm_server puts this file where a job says "# frame". It is no job of its own.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$AgentFolder = Join-Path $env:ProgramFiles 'Microsoft Azure Recovery Services Agent'
$AgentRegistry = 'HKLM:\SOFTWARE\Microsoft\Windows Azure Backup\Config'
$SetupRegistry = 'HKLM:\SOFTWARE\Microsoft\Microsoft Data Protection Manager\Setup'
$OwnRegistry = 'HKLM:\SOFTWARE\privatelink.recovery'
$OwnFolder = Join-Path $env:ProgramData 'privatelink.recovery'

# One line of JSON is the only thing a job answers.
function Write-Answer {
    param([hashtable] $Answer)
    ConvertTo-Json -InputObject $Answer -Depth 8 -Compress
}

# Ends a job with a code of ours, which the module knows a remedy for.
function Stop-Job {
    param([string] $Code, [string] $Message)
    throw ('[{0}] {1}' -f $Code, $Message)
}

# What went wrong, as an answer: a code of ours, the agent's own number, or none.
function Write-Failure {
    param($Failure, [string] $Job, [bool] $Changed)
    $text = [string] $Failure.Exception.Message
    $code = ''
    if ($text -match '^\[([a-z-]+)\] ') {
        $code = $Matches[1]
        $text = $text.Substring($Matches[0].Length)
    }
    elseif ([string] $Failure.CategoryInfo.Category -eq 'SecurityError') {
        $code = 'execution-policy'
    }
    elseif ($text -match '(?:ID|Error|code)[:\s]+(0x[0-9A-Fa-f]+|\d{5,6})') {
        $code = $Matches[1]
    }
    Write-Answer @{ job = $Job; failed = $true; changed = $Changed; error = $text; code = $code }
}

# A job needs more than a language mode that application control has cut down.
function Confirm-Language {
    $mode = [string] $ExecutionContext.SessionState.LanguageMode
    if ($mode -ne 'FullLanguage') {
        Stop-Job 'language-mode' "PowerShell runs in $mode here, in which neither DPM's cmdlets nor this job can work."
    }
}

# A value of an object that may not have it: empty then.
function Get-Value {
    param($From, [string[]] $Names)
    foreach ($name in $Names) {
        if ($null -ne $From -and $null -ne $From.PSObject.Properties[$name] -and $null -ne $From.$name) {
            return $From.$name
        }
    }
    return ''
}

# A value of the registry: empty when key or value is not there.
function Get-RegistryText {
    param([string] $Key, [string] $Name)
    if (-not (Test-Path -LiteralPath $Key)) {
        return ''
    }
    return [string] (Get-Value (Get-ItemProperty -LiteralPath $Key) @($Name))
}

# The version of a program file in numbers, which is how versions compare: empty when the file is not there.
function Get-FileVersion {
    param([string] $Path)
    if ($Path -eq '' -or -not (Test-Path -LiteralPath $Path)) {
        return ''
    }
    $found = (Get-Item -LiteralPath $Path).VersionInfo
    return '{0}.{1}.{2}.{3}' -f $found.FileMajorPart, $found.FileMinorPart, $found.FileBuildPart, $found.FilePrivatePart
}

# The engine of the MARS agent that is installed: empty when none is.
function Get-AgentVersion {
    return Get-FileVersion (Join-Path $AgentFolder 'bin\cbengine.exe')
}

# The engine of DPM or MABS that is installed: empty when none is.
function Get-ServerVersion {
    $folder = Get-RegistryText $SetupRegistry 'InstallPath'
    if ($folder -eq '') {
        return ''
    }
    return Get-FileVersion (Join-Path $folder 'bin\msdpm.exe')
}

# The agent's installer leaves PSModulePath as it is, so its cmdlets are found by path.
function Import-AgentModule {
    $path = Join-Path $AgentFolder 'bin\Modules\MSOnlineBackup'
    if (-not (Test-Path -LiteralPath $path)) {
        Stop-Job 'no-agent' 'The MARS agent is not installed.'
    }
    Import-Module -Name $path -WarningAction SilentlyContinue | Out-Null
}

function Import-ServerModule {
    if ((Get-ServerVersion) -eq '') {
        Stop-Job 'no-server' 'Neither DPM nor MABS is installed.'
    }
    Import-Module -Name DataProtectionManager -WarningAction SilentlyContinue | Out-Null
}

# The text in a SecureString; only the job's own memory has it.
function Get-Plain {
    param([securestring] $Secret)
    $pointer = [Runtime.InteropServices.Marshal]::SecureStringToBSTR($Secret)
    try {
        return [Runtime.InteropServices.Marshal]::PtrToStringBSTR($pointer)
    }
    finally {
        [Runtime.InteropServices.Marshal]::ZeroFreeBSTR($pointer)
    }
}

# Files that hold a secret live in a folder of their own below this one, and no longer than the job that made them.
function Get-Leftover {
    if (Test-Path -LiteralPath $OwnFolder) {
        Get-ChildItem -LiteralPath $OwnFolder -Recurse -File -Force
    }
}

function Clear-Leftover {
    $count = 0
    foreach ($file in @(Get-Leftover)) {
        if ($file.Length -gt 0) {
            [IO.File]::WriteAllBytes($file.FullName, (New-Object byte[] $file.Length))
        }
        Remove-Item -LiteralPath $file.FullName -Force
        $count += 1
    }
    if (Test-Path -LiteralPath $OwnFolder) {
        Remove-Item -LiteralPath $OwnFolder -Recurse -Force
    }
    return $count
}

# A file for administrators and the system only. The folder is closed before anything is written into it.
function New-SecretFile {
    param([string] $Name, [securestring] $Secret, [string] $Token = '', [string] $Value = '')
    $folder = Join-Path $OwnFolder ([Guid]::NewGuid().ToString('N'))
    $rights = New-Object Security.AccessControl.DirectorySecurity
    $rights.SetAccessRuleProtection($true, $false)
    foreach ($sid in @('S-1-5-32-544', 'S-1-5-18')) {
        $who = New-Object Security.Principal.SecurityIdentifier $sid
        $rule = New-Object Security.AccessControl.FileSystemAccessRule(
            $who, 'FullControl', 'ContainerInherit, ObjectInherit', 'None', 'Allow')
        $rights.AddAccessRule($rule)
    }
    New-Item -ItemType Directory -Path $folder -Force | Out-Null
    Set-Acl -LiteralPath $folder -AclObject $rights
    $path = Join-Path $folder $Name
    $text = Get-Plain $Secret
    if ($Token -ne '') {
        $text = $text.Replace($Token, $Value)
    }
    [IO.File]::WriteAllText($path, $text, (New-Object Text.UTF8Encoding $false))
    return $path
}

# What these jobs keep on the server between runs. A key that is there is not made again: that would empty it.
function Set-OwnValue {
    param([string] $Name, [string] $Value)
    if (-not (Test-Path -LiteralPath $OwnRegistry)) {
        New-Item -Path $OwnRegistry -Force | Out-Null
    }
    Set-ItemProperty -LiteralPath $OwnRegistry -Name $Name -Value $Value
}

# To which vault the agent is registered, by the vault's number, and over which endpoints: read without changing anything.
function Get-Registration {
    return @{
        vault_number    = Get-RegistryText $AgentRegistry 'ResourceId'
        machine_id      = Get-RegistryText $AgentRegistry 'MachineId'
        registered_over = Get-RegistryText $OwnRegistry 'RegisteredOver'
        unfinished      = (Get-RegistryText $OwnRegistry 'Registering') -ne ''
    }
}
